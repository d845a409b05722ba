-- The job in PostgreSQL, for one feed's file; what stands in braces is filled in by bench/peers/postgres.py.
-- The file is read in place (file_fdw: the same parser as COPY, without writing rows to a table first);
-- recipients by one hash join; strangers shrink to one group; only distinct numbers that are not clean
-- and distinct days are read closely.

create foreign table cells (c0 text, c1 text, number text, day text, c4 text, c5 text, c6 text)
server files options (${source}, format 'csv', encoding '${encoding}', header 'true');

-- `offset 0` keeps the planner from putting an expression wherever its result is used.
create temp table kept as
select pno, clean, case when pno is null and not clean then number end as number,
       case when not clean then case when day like '____-__-__ __:__:__' then left(day, 10) else day end end as day,
       count(*) as times
from (
    select pno, number, day, coalesce(
        body is not null
        and right(number, 1) = substr('10X98765432', 1 + ((${weighted}) % 11)::int, 1)
        and birth between ${born_from} and ${born_to}
        and (birth % 10000 = any (array[${days_of_the_year}])
             or (birth % 10000 = 229 and birth / 10000 % 4 = 0
                 and (birth / 10000 % 100 <> 0 or birth / 10000 % 400 = 0))), false) as clean
    from (
        select pno, number, day, body, (body / 1000 % 100000000)::int as birth
        from (
            select pno, number, day, case
                when pno is null and octet_length(number) = 18 and translate(left(number, 17), '0123456789', '') = ''
                then left(number, 17)::bigint end as body
            from cells left join roster using (number) offset 0
        ) as parsed offset 0
    ) as born offset 0
) as judged
group by 1, 2, 3, 4;
analyze kept;

create temp table numbers as
with mended as materialized (
    select number, pg_temp.mended(number) as text
    from (select distinct number from kept where pno is null and not clean) as distinct_ones
), whole as materialized (
    select number, text,
           case when text ~ '^[0-9]{15}$$' then left(text, 6) || '19' || right(text, 9)
                when text ~ '^[0-9]{17}[0-9X]$$' then left(text, 17) end as digits
    from mended
), judged as materialized (
    select *, digits || pg_temp.fitting(digits::bigint) as sound from whole
), faulted as (
    select *, case
        when coalesce(text, '') = '' then 'number_empty'
        when digits is null and text like '%*%' then 'number_masked'
        when digits is null and text ~ '^[0-9]+(\.[0-9]*)?(E\+?[0-9]+)?$$' and text !~ '^[0-9]+$$'
            then 'number_as_figure'
        when digits is null and length(text) in (15, 18) then 'number_characters'
        when digits is null then 'number_length'
        when length(text) = 18 and text <> sound then 'number_check'
        else pg_temp.birth_fault(substr(sound, 7, 8)) end as fault
    from judged
)
select faulted.number, fault, roster.pno
from faulted left join roster on roster.number = sound and fault is null;

create temp table days as
with mended as materialized (
    select day, regexp_replace(trim(pg_temp.narrow(day)), ' \d\d:\d\d:\d\d$$', '') as text
    from (select distinct day from kept where not clean) as distinct_ones
), parts as materialized (
    select day, text, coalesce(
        regexp_match(text, '^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$$'),
        regexp_match(text, '^(\d{4})(\d\d)(\d\d)$$')) as part
    from mended
), dated as materialized (
    select day, text, part, case
        when text ~ '^[1-9]\d{4}$$' then date '1899-12-30' + text::int
        when part[2]::int between 1 and 12 and part[3]::int between 1 and extract(day from
             make_date(part[1]::int, part[2]::int, 1) + interval '1 month' - interval '1 day')
            then make_date(part[1]::int, part[2]::int, part[3]::int) end as happened
    from parts
)
select day, happened - date '1970-01-01' as days, case
    when coalesce(text, '') = '' then 'cell_empty'
    when happened is null and part is null then 'day_unreadable'
    when happened is null then 'day_impossible'
    when happened > date '${on}' then 'day_future'
    when happened < date '1900-01-01' then 'day_too_early' end as fault
from dated;
analyze numbers, days;

create temp table sound as
select coalesce(kept.pno, numbers.pno) as pno, days.days, times, case
    when numbers.fault is not null then numbers.fault
    when coalesce(kept.pno, numbers.pno) is null then 'stranger'
    else days.fault end as fault
from kept
left join numbers on coalesce(kept.number, '') = coalesce(numbers.number, '') and kept.pno is null and not clean
left join days on coalesce(kept.day, '') = coalesce(days.day, '') and not clean;

insert into answers
select ${index}, (select sum(times) from kept), count(*), sum(days), sum(days * pno),
       (select json_object_agg(fault, times)
        from (select fault, sum(times) as times from sound where fault is not null group by 1) as reasons)
from (select pno::bigint, max(days) as days from sound where fault is null group by pno) as newest;

drop table sound, days, numbers, kept;
drop foreign table cells;
