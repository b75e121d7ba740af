use serde_json::{Value, json};

use super::{read_algorithm, serve};

fn talk(algorithm: &str, lines: &[Value]) -> (Vec<Value>, Result<(), String>) {
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let mut output = Vec::new();
    let algorithm = read_algorithm(algorithm).unwrap();
    let result = serve(&algorithm, input.as_bytes(), &mut output).map_err(|error| error.to_string());
    let answers = String::from_utf8(output).unwrap();
    (answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), result)
}

fn space() -> Value {
    json!([
        {"name": "lr", "type": "loguniform", "low": 1e-4, "high": 1.0},
        {"name": "kernel", "type": "categorical", "choices": ["rbf", "poly", "linear"]},
        {"name": "gamma", "type": "lognormal", "mu": 0.0, "sigma": 1.0, "when": {"param": "kernel", "in": ["rbf", "poly"]}},
        {"name": "degree", "type": "int", "low": 2, "high": 5, "when": {"param": "kernel", "in": ["poly"]}},
        {"name": "bias", "type": "categorical", "choices": [true, 1, "1"], "when": {"param": "kernel", "in": ["poly"]}},
        {"name": "shift", "type": "normal", "mu": 0.0, "sigma": 1.0, "when": {"param": "bias", "in": [1]}},
        {"name": "width", "type": "logint", "low": 1, "high": 64},
        {"name": "rate", "type": "quniform", "low": 0.1, "high": 0.9, "q": 0.2},
        {"name": "x", "type": "uniform", "low": -1.0, "high": 1.0},
    ])
}

fn check(point: &Value) {
    let has = |name: &str| point.get(name).is_some();
    let kernel = point["kernel"].as_str().unwrap();
    assert_eq!(has("gamma"), kernel != "linear", "{point}");
    assert_eq!(has("degree"), kernel == "poly", "{point}");
    assert_eq!(has("bias"), kernel == "poly", "{point}");
    assert_eq!(has("shift"), point.get("bias") == Some(&json!(1)), "{point}");
    assert!((1e-4..=1.0).contains(&point["lr"].as_f64().unwrap()));
    assert!((1..=64).contains(&point["width"].as_i64().unwrap()));
    let step = (point["rate"].as_f64().unwrap() - 0.1) / 0.2;
    assert!((0.0..4.5).contains(&step) && (step - step.round()).abs() < 1e-9, "{point}");
}

#[test]
fn a_search_with_conditions_asks_tells_and_ends_with_its_input() {
    for algorithm in ["random", "tpe", "anneal"] {
        let mut lines = vec![json!({"space": space(), "seed": 3, "budget": 60, "parallel": 2})];
        let mut told = 0;
        for _ in 0..30 {
            lines.push(json!({"ask": 2}));
            let (answers, result) = talk(algorithm, &lines);
            assert_eq!(result, Ok(()));
            let points = answers.last().unwrap()["points"].as_array().unwrap().clone();
            assert_eq!(points.len(), 2);
            points.iter().for_each(check);
            let value = |point: &Value| point["x"].as_f64().unwrap().powi(2);
            let values: Vec<_> = points.iter().map(|p| json!({"point": p, "value": value(p)})).collect();
            told += values.len();
            lines.push(json!({"tell": values}));
        }
        assert_eq!(told, 60);
        // The whole talk again gives the same answers: all randomness comes from the seed.
        assert_eq!(talk(algorithm, &lines), talk(algorithm, &lines));
    }
}

#[test]
fn points_of_ones_own_and_failures_may_be_told() {
    let space = json!([{"name": "x", "type": "int", "low": 0, "high": 2}]);
    let lines = [
        json!({"space": space, "seed": 1}),
        json!({"tell": [{"point": {"x": 1}, "value": 0.5}, {"point": {"x": 2}, "value": null}]}),
        json!({"ask": 1}),
        json!({"ask": 1}),
    ];
    let (answers, result) = talk("tpe", &lines);
    assert_eq!(answers[0], json!({"points": [{"x": 0}]}));
    assert_eq!(answers[1], json!({"error": "the space is exhausted after 3 points"}));
    assert_eq!(result, Err("the space is exhausted after 3 points".to_owned()));
}

#[test]
fn constraints_that_are_told_keep_the_search_where_they_hold() {
    let mut lines =
        vec![json!({"space": [{"name": "x", "type": "uniform", "low": 0.0, "high": 1.0}], "seed": 2})];
    let mut tried = Vec::new();
    for _ in 0..25 {
        lines.push(json!({"ask": 1}));
        let (answers, result) = talk("gp", &lines);
        assert_eq!(result, Ok(()));
        let x = answers.last().unwrap()["points"][0]["x"].as_f64().unwrap();
        // The loss falls towards where the constraint is broken.
        let result = json!({"constraints": [x - 0.4], "loss_variance": 0.0});
        lines.push(json!({"tell": [{"point": {"x": x}, "value": 1.0 - x, "result": result}]}));
        tried.push(x);
    }
    // Of points drawn at random one in twenty searches would come so close to the edge, and more would lie beyond it.
    let best = tried.iter().copied().filter(|x| *x <= 0.4).fold(0.0, f64::max);
    let beyond = tried.iter().filter(|x| **x > 0.5).count();
    assert!(best > 0.398 && beyond < 12, "{tried:?}");
    lines.push(json!({"tell": [{"point": {"x": 0.5}, "value": 1.0, "result": {"constraints": 3}}]}));
    let (_, result) = talk("gp", &lines);
    assert_eq!(result, Err("result.constraints: must be a list of numbers, not 3".to_owned()));
}

#[test]
fn what_cannot_be_read_is_answered_with_the_reason() {
    let start = json!({"space": [{"name": "x", "type": "uniform", "low": 0.0, "high": 1.0}]});
    let with = |parameter: Value| json!({"space": [{"name": "x", "type": "uniform", "low": 0.0, "high": 1.0}, parameter]});
    for (lines, says) in [
        (vec![json!({"ask": 1})], "missing field `space`"),
        (vec![json!({"space": [{"name": "x", "type": "beta"}]})], "unknown variant `beta`"),
        (vec![json!({"space": []})], "must have at least one parameter"),
        (
            vec![json!({"space": [{"name": "x", "type": "uniform", "low": 2.0, "high": 1.0}]})],
            "x: low must be < high",
        ),
        (
            vec![with(json!({"name": "x", "type": "uniform", "low": 0.0, "high": 1.0}))],
            "x: must be there only once",
        ),
        (
            vec![with(
                json!({"name": "y", "type": "normal", "mu": 0.0, "sigma": 1.0, "when": {"param": "x", "in": [1]}}),
            )],
            "y.when.param: `x` must be an earlier categorical parameter",
        ),
        (vec![start.clone(), json!({"ask": 0})], "ask: must be from 1 to 10000, not 0"),
        (vec![start.clone(), json!({"say": 0})], "unknown variant `say`"),
        (
            vec![start.clone(), json!({"tell": [{"point": {"x": 3.0}, "value": 1.0}]})],
            "x: must be a number from 0 to 1",
        ),
        (vec![start, json!({"tell": [{"point": {}, "value": 1.0}]})], "x: is missing"),
    ] {
        let (answers, result) = talk("random", &lines);
        let error = answers.last().unwrap()["error"].as_str().unwrap();
        assert!(error.contains(says), "{error}");
        assert_eq!(result, Err(error.to_owned()));
    }
}

#[test]
fn an_algorithm_may_have_settings() {
    assert!(read_algorithm("{name: tpe, gamma: 0.5}").is_ok());
    let error = read_algorithm("{name: tpe, gamma: -1}").unwrap_err();
    assert_eq!(error, "algorithm.gamma: must be > 0 and <= 2, not -1");
    assert!(read_algorithm("external").unwrap_err().contains("must propose points"));
    assert!(
        read_algorithm("hill")
            .unwrap_err()
            .contains("must be one of `auto`, `gp`, `tpe`, `cmaes`, `qmc`, `grid`, `anneal`, `random`, `external`, `mix`, not `hill`")
    );
}
