{#- Fails for each row in which one of `columns` is below zero; null passes. -#}
{% test never_negative(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
where {{ columns | join(' < 0 or ') }} < 0
{% endtest %}
