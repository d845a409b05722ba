-- Before the first file: the roster, and the rules about numbers and days as functions.
-- They are plain SQL expressions, so that the planner puts them in place of their calls.

create extension file_fdw;
create server files foreign data wrapper file_fdw;
create unlogged table answers (file int, rows bigint, pairs bigint, days bigint, weighted numeric, reasons json);
create unlogged table roster (number text, pno int);
copy roster from '${roster}' (format csv);
analyze roster;

create function pg_temp.fitting(body bigint) returns text language sql immutable as
$$$$ select substr('10X98765432', 1 + ((${weighted}) % 11)::int, 1) $$$$;

create function pg_temp.narrow(cell text) returns text language sql immutable as
$$$$ select translate(cell, '０１２３４５６７８９', '0123456789') $$$$;

create function pg_temp.mended(cell text) returns text language sql immutable as
$$$$ select upper(translate(cell, '０１２３４５６７８９ ''' || U&'\200B', '0123456789')) $$$$;

create function pg_temp.birth_fault(birth text) returns text language sql immutable as
$$$$ select case
    when substr(birth, 5, 4)::int <> all (array[${days_of_the_year}])
        and (substr(birth, 5, 4) <> '0229' or left(birth, 4)::int % 4 <> 0
             or (left(birth, 4)::int % 100 = 0 and left(birth, 4)::int % 400 <> 0)) then 'number_birth'
    when birth > '${born_to}' then 'number_birth_future'
    when birth < '${born_from}' then 'number_birth_too_old' end $$$$;
