{#- Fails for each row in which one of `columns` is null. -#}
{% test never_null(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
where {{ columns | join(' is null or ') }} is null
{% endtest %}
