-- Who may see a row, by its columns. The words behind AS stand for what the reader's grants say. False or null: not.
CREATE MACRO may_see(of_organization, of_team, of_project) AS (true_of_row);
CREATE MACRO may_see_team(of_organization, of_team) AS (true_of_team);
CREATE MACRO may_see_organization(of_organization) AS (true_of_organization);
CREATE MACRO may_see_part(of_organization, of_kind, of_name) AS (true_of_part);
