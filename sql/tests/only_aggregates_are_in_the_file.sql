-- Fails for each column of the warehouse file that could hold a pseudonym, an address, a cookie or an instant of a visit.

select
    table_name,
    column_name
from duckdb_columns()
where
    database_name = '{{ target.database }}'
    and (
        column_name like '%pseudonym%'
        or column_name like '%address%'
        or column_name like '%cookie%'
        or column_name like '%login%'
        or column_name like '%account%'
        or data_type like 'TIMESTAMP%'
    )
