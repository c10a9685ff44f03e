-- Traces tied to one that is kept, as far as one step goes.
insert into kept
select distinct trace_key
from linked
where
    tie in (select tie from linked where trace_key in (select trace_key from kept))
    and trace_key not in (select trace_key from kept)
