{#- Instants are UTC without a zone. What differs between engines in their arithmetic. -#}

{#- The Asia/Seoul calendar day of an instant. -#}
{%- macro seoul_day(instant) -%}
    {{ return(adapter.dispatch('seoul_day')(instant)) }}
{%- endmacro -%}

{%- macro duckdb__seoul_day(instant) -%}
    cast(timezone('Asia/Seoul', timezone('UTC', {{ instant }})) as date)
{%- endmacro -%}

{%- macro spark__seoul_day(instant) -%}
    to_date(from_utc_timestamp({{ instant }}, 'Asia/Seoul'))
{%- endmacro -%}

{#- The instant at which an Asia/Seoul day begins. -#}
{%- macro seoul_midnight(day) -%}
    {{ return(adapter.dispatch('seoul_midnight')(day)) }}
{%- endmacro -%}

{%- macro duckdb__seoul_midnight(day) -%}
    timezone('UTC', timezone('Asia/Seoul', cast({{ day }} as timestamp)))
{%- endmacro -%}

{%- macro spark__seoul_midnight(day) -%}
    to_utc_timestamp(cast({{ day }} as timestamp), 'Asia/Seoul')
{%- endmacro -%}

{#- The day `days` after a date. -#}
{%- macro days_after(day, days) -%}
    {{ return(adapter.dispatch('days_after')(day, days)) }}
{%- endmacro -%}

{%- macro duckdb__days_after(day, days) -%}
    ({{ day }} + {{ days }})
{%- endmacro -%}

{%- macro spark__days_after(day, days) -%}
    date_add({{ day }}, {{ days }})
{%- endmacro -%}

{#- Seconds from one instant to another, with fractions, as a double. -#}
{%- macro seconds_between(earlier, later) -%}
    {{ return(adapter.dispatch('seconds_between')(earlier, later)) }}
{%- endmacro -%}

{%- macro duckdb__seconds_between(earlier, later) -%}
    (date_diff('microsecond', {{ earlier }}, {{ later }}) / cast(1000000 as double))
{%- endmacro -%}

{%- macro spark__seconds_between(earlier, later) -%}
    ((unix_micros({{ later }}) - unix_micros({{ earlier }})) / cast(1000000 as double))
{%- endmacro -%}

{#- The hour of an instant on Asia/Seoul's clock, 0 to 23. -#}
{%- macro seoul_hour(instant) -%}
    {{ return(adapter.dispatch('seoul_hour')(instant)) }}
{%- endmacro -%}

{%- macro duckdb__seoul_hour(instant) -%}
    cast(extract(hour from timezone('Asia/Seoul', timezone('UTC', {{ instant }}))) as int)
{%- endmacro -%}

{%- macro spark__seoul_hour(instant) -%}
    hour(from_utc_timestamp({{ instant }}, 'Asia/Seoul'))
{%- endmacro -%}

{#- The weekday of a date, from 1 for Monday to 7 for Sunday. -#}
{%- macro weekday_of(day) -%}
    {{ return(adapter.dispatch('weekday_of')(day)) }}
{%- endmacro -%}

{%- macro duckdb__weekday_of(day) -%}
    cast(isodow({{ day }}) as int)
{%- endmacro -%}

{%- macro spark__weekday_of(day) -%}
    (weekday({{ day }}) + 1)
{%- endmacro -%}
