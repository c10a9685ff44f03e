-- The call that another one repeats may be somebody else's: its ids are told where the whole organization is.
SELECT * REPLACE (
    CASE WHEN may_see_organization(organization) THEN duplicate_of_call_id END AS duplicate_of_call_id,
    CASE WHEN may_see_organization(organization) THEN duplicate_of_run_id END AS duplicate_of_run_id
)
FROM whole.main.fct_calls
WHERE may_see(organization, team, project);
