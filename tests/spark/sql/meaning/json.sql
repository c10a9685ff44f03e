select
    k,
    from_json('[{"name": "a", "score": 1.5}, {"name": null}]', '[{"name": "VARCHAR", "score": "DOUBLE"}]') as a
from t
