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

{#- A number of 64 bits that tells binary values apart; it differs between engines and their versions, and is never kept. -#}
{%- macro binary_hash(bytes) -%}
    {{ return(adapter.dispatch('binary_hash')(bytes)) }}
{%- endmacro -%}

{%- macro duckdb__binary_hash(bytes) -%}
    hash({{ bytes }})
{%- endmacro -%}

{%- macro spark__binary_hash(bytes) -%}
    xxhash64({{ bytes }})
{%- endmacro -%}
