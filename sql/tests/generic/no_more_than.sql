{#- Fails for each row in which one of `parts` exceeds `whole`. -#}
{% test no_more_than(model, parts, whole) %}
select {{ parts | join(', ') }}, {{ whole }}
from {{ model }}
where {{ parts | join(' > ' ~ whole ~ ' or ') }} > {{ whole }}
{% endtest %}
