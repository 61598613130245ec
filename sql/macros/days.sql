{#- Days: which are built, and how they are replaced. -#}

{#- The days to build, moved by `offset` days, as a list of date literals; one that matches nothing when there are none. -#}
{%- macro days_to_build(offset=0) -%}
    {%- set shift = modules.datetime.timedelta(days=offset) -%}
    {%- for day in var('days') -%}
        date '{{ modules.datetime.date.fromisoformat(day | string) + shift }}'{{ ', ' if not loop.last }}
    {%- else -%}
        cast(null as date)
    {%- endfor -%}
{%- endmacro -%}

{#- Statement that takes the days to build out of `relation`, so that appending afterwards replaces them. -#}
{%- macro remove_days(relation) -%}
    {{ return(adapter.dispatch('remove_days')(relation)) }}
{%- endmacro -%}

{%- macro duckdb__remove_days(relation) -%}
    delete from {{ relation }} where day in ({{ days_to_build() }})
{%- endmacro -%}

{#- Parquet tables on Spark know no DELETE: the marts are partitioned by day there, and the partitions are dropped. -#}
{%- macro spark__remove_days(relation) -%}
    {%- if var('days') -%}
        alter table {{ relation }} drop if exists
        {% for day in var('days') %}partition (day = date '{{ day }}'){{ ', ' if not loop.last }}{% endfor %}
    {%- endif -%}
{%- endmacro -%}
