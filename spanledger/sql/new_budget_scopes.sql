insert into meta.new_budget_scopes
select distinct scope_key from meta.budgets
where scope_key not in (select scope_key from previous.meta.budgets);
