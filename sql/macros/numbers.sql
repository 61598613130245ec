{#- Numbers: what differs between engines in aggregates and division. -#}

{#- The exact median of an aggregate's values, interpolated between the middle two; null when there is none. -#}
{%- macro median_of(value) -%}
    {{ return(adapter.dispatch('median_of')(value)) }}
{%- endmacro -%}

{%- macro duckdb__median_of(value) -%}
    quantile_cont({{ value }}, 0.5)
{%- endmacro -%}

{%- macro spark__median_of(value) -%}
    percentile({{ value }}, 0.5)
{%- endmacro -%}

{#- The exact quantile at `share` (0 to 1) of an aggregate's values, interpolated between the two beside it; null of none. -#}
{%- macro quantile_of(value, share) -%}
    {{ return(adapter.dispatch('quantile_of')(value, share)) }}
{%- endmacro -%}

{%- macro duckdb__quantile_of(value, share) -%}
    quantile_cont({{ value }}, {{ share }})
{%- endmacro -%}

{%- macro spark__quantile_of(value, share) -%}
    percentile({{ value }}, {{ share }})
{%- endmacro -%}

{#- The second largest of an aggregate's values; 0 when there are fewer than two. Equal values count each; nulls do not. -#}
{%- macro second_largest_of(value) -%}
    {{ return(adapter.dispatch('second_largest_of')(value)) }}
{%- endmacro -%}

{%- macro duckdb__second_largest_of(value) -%}
    coalesce(list_extract(max({{ value }}, 2), 2), 0)
{%- endmacro -%}

{%- macro spark__second_largest_of(value) -%}
    coalesce(get(sort_array(collect_list({{ value }}), false), 1), 0)
{%- endmacro -%}

{#- Of an aggregate's rows the `value` of the first by `instant`, of equal ones the least value; and that of the last. -#}
{%- macro first_by(value, instant) -%}
    {{ return(adapter.dispatch('first_by')(value, instant)) }}
{%- endmacro -%}

{%- macro duckdb__first_by(value, instant) -%}
    arg_min({{ value }}, row({{ instant }}, {{ value }}))
{%- endmacro -%}

{%- macro spark__first_by(value, instant) -%}
    min_by({{ value }}, struct({{ instant }}, {{ value }}))
{%- endmacro -%}

{%- macro last_by(value, instant) -%}
    {{ return(adapter.dispatch('last_by')(value, instant)) }}
{%- endmacro -%}

{%- macro duckdb__last_by(value, instant) -%}
    arg_max({{ value }}, row({{ instant }}, {{ value }}))
{%- endmacro -%}

{%- macro spark__last_by(value, instant) -%}
    max_by({{ value }}, struct({{ instant }}, {{ value }}))
{%- endmacro -%}

{#- A quotient as a double; null, and no error, when the divisor is zero. -#}
{%- macro safe_divide(dividend, divisor) -%}
    (cast({{ dividend }} as double) / nullif({{ divisor }}, 0))
{%- endmacro -%}

{#- A sum of whole numbers as bigint; nothing to sum is zero, and a null sums as nothing. -#}
{%- macro whole_sum(value) -%}
    cast(coalesce(sum({{ value }}), 0) as bigint)
{%- endmacro -%}
