{#- Bands of visits: by how many a person made in a period, and by how many seconds one took. -#}

{#- The band of a number of `visits`, at least one. -#}
{%- macro band_of_visits(visits) -%}
    case
        when {{ visits }} >= 30 then '30+'
        when {{ visits }} >= 10 then '10-29'
        when {{ visits }} >= 4 then '4-9'
        when {{ visits }} >= 2 then '2-3'
        else '1'
    end
{%- endmacro -%}

{#- The band of a length of `seconds`, between the edges that the project sets. -#}
{%- macro band_of_seconds(seconds) -%}
    {%- set edges = var('visit_length_edges') -%}
    case
        {% for edge in edges[1:] %}
        when {{ seconds }} < {{ edge }} then '{{ edges[loop.index0] }}-{{ edge | int - 1 }}'
        {% endfor %}
        else '{{ edges[-1] }}+'
    end
{%- endmacro -%}
