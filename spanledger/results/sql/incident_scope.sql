-- Whether spend belongs to the scope of an incident. For the questions about one.
create or replace temp macro is_in_scope(kind, scope, traffic_source, team, project, workflow_id, model) as
    kind = 'organization'
    or case kind
        when 'traffic_source' then traffic_source
        when 'team' then team
        when 'project' then project
        when 'workflow' then workflow_id
        else model
    end is not distinct from scope;
