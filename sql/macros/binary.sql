{#- Bytes. -#}

{#- A binary value of no bytes. -#}
{%- macro empty_binary() -%}
    {{ return(adapter.dispatch('empty_binary')()) }}
{%- endmacro -%}

{%- macro duckdb__empty_binary() -%}
    cast('' as blob)
{%- endmacro -%}

{%- macro spark__empty_binary() -%}
    cast('' as binary)
{%- endmacro -%}
