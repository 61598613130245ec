{#- Days and periods: which are built, and how they are replaced. A period is named by its first day; a week begins on Monday. -#}

{#- The days to build for `period` (day, week, month ...), moved by `offset` days, as date literals; one that matches nothing
    when there are none. Of a week or a month these are all its days. `visit` is no period: it gives the days of all of them, whose
    visits are needed. -#}
{%- macro days_to_build(period='day', offset=0) -%}
    {%- set shift = modules.datetime.timedelta(days=offset) -%}
    {%- for day in var('days' if period == 'day' else 'days_of_' ~ period ~ 's') -%}
        date '{{ modules.datetime.date.fromisoformat(day | string) + shift }}'{{ ', ' if not loop.last }}
    {%- else -%}
        cast(null as date)
    {%- endfor -%}
{%- endmacro -%}

{#- The first days of the periods to build of whose past some events are gone, as date literals; one that matches nothing when
    there are none. Who is new in them cannot be told any more. -#}
{%- macro firsts_without_past(period) -%}
    {%- for day in var(period ~ 's_without_past') -%}
        date '{{ modules.datetime.date.fromisoformat(day | string) }}'{{ ', ' if not loop.last }}
    {%- else -%}
        cast(null as date)
    {%- endfor -%}
{%- endmacro -%}

{#- The first day of the period that a day lies in. -#}
{%- macro first_day_of(period, day) -%}
    {{ day if period == 'day' else "cast(date_trunc('" ~ period ~ "', " ~ day ~ ') as date)' }}
{%- endmacro -%}

{#- Statement that takes the periods to build out of the mart `relation`, so that appending then replaces them. Of `grain`, the
    columns that the mart declares as its own, the one that is a period says which. -#}
{%- macro remove_periods(relation, grain) -%}
    {%- set period = grain | select('in', ['day', 'week', 'month', 'quarter', 'year']) | first -%}
    {{ return(adapter.dispatch('remove_periods')(relation, period)) }}
{%- endmacro -%}

{#- The first day of each period is among its days, and no other period's is. -#}
{%- macro duckdb__remove_periods(relation, period) -%}
    delete from {{ relation }} where {{ period }} in ({{ days_to_build(period) }})
{%- endmacro -%}

{#- Parquet tables on Spark know no DELETE: the marts are partitioned by their period there, and the partitions are dropped. -#}
{%- macro spark__remove_periods(relation, period) -%}
    {%- set days = var('days' if period == 'day' else 'days_of_' ~ period ~ 's') -%}
    {%- if days -%}
        alter table {{ relation }} drop if exists
        {% for day in days %}partition ({{ period }} = date '{{ day }}'){{ ', ' if not loop.last }}{% endfor %}
    {%- endif -%}
{%- endmacro -%}
