-- What an incremental build takes from the one before.
insert into meta.segments select segment from previous.meta.segments;
insert into meta.history_files select model, date, path, rows from previous.meta.history_files;
insert into meta.history_removed select model, path, key, rows, false from previous.meta.history_removed;
insert into meta.outcome_parts select part from previous.meta.outcome_parts;
