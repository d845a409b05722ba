-- The job in DuckDB, for one feed's file; what stands in braces is filled in by bench/peers/duck.py.
-- Recipients and strangers are told apart before anything else is looked at; strangers shrink to one
-- group; only distinct numbers that are not clean and distinct days are read closely.

create or replace temp table kept as
with cells as (
    select "2" as number,
           case when "3" like '____-__-__ __:__:__' then "3"[1:10] else "3" end as day,
           ${torn} as torn,
           case when strlen("2") = 18 then try_cast("2"[1:17] as bigint) end as body
    from read_csv('${file}', ${options})
), judged as (
    select pno, number, day, torn,
           not torn and pno is null and body is not null
           and number[18] = '10X98765432'[1 + (${weighted}) % 11]
           and body // 1000 % 100000000 between ${born_from} and ${born_to}
           and body // 100000 % 100 between 1 and 12
           and body // 1000 % 100 between 1 and
               case when body // 100000 % 100 in (4, 6, 9, 11) then 30
                    when body // 100000 % 100 <> 2 then 31
                    when body // 10000000 % 4 = 0 and (body // 10000000 % 100 <> 0 or body // 10000000 % 400 = 0)
                    then 29 else 28 end as stranger
    from cells left join roster using (number)
)
select pno, torn, stranger,
       case when not torn and not stranger and pno is null then number end as number,
       case when not torn and not stranger then day end as day,
       count(*) as times
from judged group by all;

create or replace temp table numbers as
with mended as (
    select number, upper(${mend_number}) as text
    from (select distinct number from kept where not torn and not stranger and pno is null)
), whole as (
    select number, text,
           case when regexp_full_match(text, '\d{15}') then text[1:6] || '19' || text[7:15]
                when regexp_full_match(text, '\d{17}[\dX]') then text[1:17] end as digits,
           try_cast(digits as bigint) as body,
           '10X98765432'[1 + (${weighted}) % 11] as fitting
    from mended
), judged as (
    select *, digits || fitting as sound,
        case when coalesce(text, '') = '' then 'number_empty'
             when digits is null and contains(text, '*') then 'number_masked'
             when digits is null and regexp_full_match(text, '\d+(\.\d*)?(E\+?\d+)?')
                  and not regexp_full_match(text, '\d+') then 'number_as_figure'
             when digits is null and length(text) in (15, 18) then 'number_characters'
             when digits is null then 'number_length'
             when length(text) = 18 and text[18] <> fitting then 'number_check'
             when try_strptime(digits[7:14], '%Y%m%d') is null then 'number_birth'
             when digits[7:14]::int > ${born_to} then 'number_birth_future'
             when digits[7:14]::int < ${born_from} then 'number_birth_too_old' end as fault
    from whole
)
select judged.number, judged.fault, roster.pno
from judged left join roster on roster.number = judged.sound and judged.fault is null;

create or replace temp table days as
with mended as (
    select day, regexp_replace(trim(${mend_day}), ' \d\d:\d\d:\d\d$$', '') as text from (select distinct day from kept where day is not null or not stranger)
), figures as (
    select day, text,
           case when regexp_full_match(text, '\d{8}') then text[1:4] || '-' || text[5:6] || '-' || text[7:8]
                when regexp_full_match(text, '\d{4}-\d{1,2}-\d{1,2}') then text end as iso
    from mended
), dated as (
    select day, text, iso,
           case when regexp_full_match(text, '[1-9]\d{4}') then date '1899-12-30' + text::int
                else try_strptime(iso, '%Y-%m-%d')::date end as happened
    from figures
)
select day, happened - date '1970-01-01' as days,
       case when coalesce(text, '') = '' then 'cell_empty'
            when happened is null and iso is null then 'day_unreadable'
            when happened is null then 'day_impossible'
            when happened > date '${on}' then 'day_future'
            when happened < date '1900-01-01' then 'day_too_early' end as fault
from dated;

create or replace temp table sound as
select coalesce(kept.pno, numbers.pno) as pno, days.days, kept.times,
       case when torn then 'ragged_row'
            when numbers.fault is not null then numbers.fault
            when stranger or coalesce(kept.pno, numbers.pno) is null then 'stranger'
            else days.fault end as fault
from kept
left join numbers on kept.number is not distinct from numbers.number
                 and kept.pno is null and not torn and not stranger
left join days on kept.day is not distinct from days.day and not torn and not stranger;
