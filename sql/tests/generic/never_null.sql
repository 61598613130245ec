{#- Fails for each row in which one of `columns` is null; given the column `period`, of the periods rebuilt now alone: what was
    built before there was such a column, and stands, has none. -#}
{% test never_null(model, columns, period=none) %}
select {{ columns | join(', ') }}
from {{ model }}
where ({{ columns | join(' is null or ') }} is null){% if period %} and {{ period }} in ({{ days_to_build(period) }}){% endif %}

{% endtest %}
