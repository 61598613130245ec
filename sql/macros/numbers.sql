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

{#- A quotient as a double; null, and no error, when the divisor is zero. -#}
{%- macro safe_divide(dividend, divisor) -%}
    (cast({{ dividend }} as double) / nullif({{ divisor }}, 0))
{%- endmacro -%}

{#- A sum of whole numbers as bigint; nothing to sum is zero, and a null sums as nothing. -#}
{%- macro whole_sum(value) -%}
    cast(coalesce(sum({{ value }}), 0) as bigint)
{%- endmacro -%}
