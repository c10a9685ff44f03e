-- What happened to alerts before this build, see `transforms/alerts/records.py`, and the digest of the files read.
create table meta.alert_records as from alert_rows;
create table meta.alerts_read (digest varchar not null);
