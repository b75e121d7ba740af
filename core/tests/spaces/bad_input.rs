//! One clear error for each kind of bad space, naming the path and what it must be.

use serde::Deserialize;
use serde_json::{Value, json};
use tunewright_core::space::{
    ChoiceNode, DEPTH_MAX, Distribution, LABEL_LEN_MAX, NODES_MAX, Node, OPTIONS_MAX, PARAMETERS_MAX,
    ParameterNode, Space,
};

use crate::refusal;

#[test]
fn bounds() {
    let table = [
        (r#"{"type": "uniform", "low": 3, "high": 1}"#, "low must be < high"),
        (r#"{"type": "uniform", "low": 1, "high": 1}"#, "low must be < high"),
        (r#"{"type": "uniform", "low": -1e308, "high": 1e308}"#, "high - low must be finite"),
        (r#"{"type": "loguniform", "low": 0, "high": 1}"#, "low must be > 0 on a log scale"),
        (r#"{"type": "qloguniform", "low": -1, "high": 1, "q": 1}"#, "low must be > 0 on a log scale"),
        (r#"{"type": "quniform", "low": 0, "high": 1, "q": 0}"#, "q must be > 0"),
        (r#"{"type": "quniform", "low": 0, "high": 1, "q": -1}"#, "q must be > 0"),
        (
            r#"{"type": "quniform", "low": 0, "high": 1e10, "q": 1e-9}"#,
            "q must be larger: its grid has more than 2^53 cells",
        ),
        (
            r#"{"type": "quniform", "low": 1e10, "high": 10000000001, "q": 1e-9}"#,
            "q must be larger: its grid has more than 2^53 cells",
        ),
        (r#"{"type": "normal", "mu": 0, "sigma": 0}"#, "sigma must be > 0"),
        (r#"{"type": "normal", "mu": 0, "sigma": -2}"#, "sigma must be > 0"),
        (r#"{"type": "normal", "mu": 0, "sigma": 1e308}"#, "mu + 8 sigma must be finite"),
        (
            r#"{"type": "qnormal", "mu": 0, "sigma": 1, "q": 1e-17}"#,
            "q must be larger: its grid has more than 2^53 cells",
        ),
        (
            r#"{"type": "lognormal", "mu": 600, "sigma": 100}"#,
            "mu - 8 sigma and mu + 8 sigma must be from -700 to 700: they are logarithms",
        ),
        (
            r#"{"type": "qlognormal", "mu": 300, "sigma": 1, "q": 1}"#,
            "q must be larger: its grid has more than 2^53 cells",
        ),
        (r#"{"type": "uniformint", "low": 5, "high": 5}"#, "low must be < high"),
        (r#"{"type": "randint", "high": 0}"#, "low must be < high"),
        (r#"{"type": "randint", "high": 9007199254740993}"#, "high must be from -2^53 to 2^53"),
        (r#"{"type": "int", "low": -9007199254740993, "high": 0}"#, "low must be from -2^53 to 2^53"),
        (r#"{"type": "int", "low": 0, "high": 4, "step": 0}"#, "step must be > 0"),
        (r#"{"type": "int", "low": 0, "high": 4, "step": 5}"#, "step must be <= high - low"),
        (r#"{"type": "int", "low": 0, "high": 4, "log": true}"#, "low must be >= 1 on a log scale"),
        (r#"{"type": "int", "low": 1, "high": 4, "step": 2, "log": true}"#, "step must be 1 on a log scale"),
        (r#"{"type": "float", "low": 0, "high": 1, "step": -0.5}"#, "step must be > 0"),
        (r#"{"type": "float", "low": 0, "high": 1, "step": 2}"#, "step must be <= high - low"),
        (
            r#"{"type": "float", "low": 0, "high": 1, "step": 1e-300}"#,
            "step must be larger: its grid has more than 2^53 cells",
        ),
        (r#"{"type": "float", "low": 0, "high": 1, "log": true}"#, "low must be > 0 on a log scale"),
        (
            r#"{"type": "float", "low": 1, "high": 2, "step": 1, "log": true}"#,
            "step must be absent on a log scale",
        ),
    ];
    for (parameter, message) in table {
        let json =
            format!(r#"{{"model": {{"type": "choice", "options": {{"svm": {{"C": {parameter}}}}}}}}}"#);
        assert_eq!(refusal(&json).to_string(), format!("space.model.svm.C: {message}"), "{parameter}");
    }
}

#[test]
fn wrong_types_and_fields() {
    let table = [
        (r#"{"type": "uniform", "low": "0", "high": 1}"#, "low must be a number, not a string"),
        (r#"{"type": "uniform", "low": null, "high": 1}"#, "low must be a number, not null"),
        (r#"{"type": "uniform", "low": [0], "high": 1}"#, "low must be a number, not a list"),
        (r#"{"type": "uniform", "low": 0}"#, "high is missing"),
        (r#"{"type": "normal", "low": 0, "high": 1}"#, "unknown field `low`"),
        (r#"{"type": "uniform", "low": 0, "hihg": 1}"#, "unknown field `hihg`"),
        (r#"{"type": "uniform", "low": 0, "high": 1, "log": true}"#, "unknown field `log`"),
        (r#"{"type": "int", "low": 0.5, "high": 1}"#, "low must be an integer of at most 2^53, not `0.5`"),
        (r#"{"type": "int", "low": 0, "high": true}"#, "high must be an integer, not a boolean"),
        (
            r#"{"type": "int", "low": 0, "high": 1e300}"#,
            "high must be an integer of at most 2^53, not `1e+300`",
        ),
        (r#"{"type": "int", "low": 0, "high": 1, "log": 1}"#, "log must be true or false, not a number"),
        (r#"{"type": "uniform", "low": 0, "high": 1, "label": 3}"#, "label must be a string, not a number"),
        (r#"{"type": "unifrom", "low": 0, "high": 1}"#, "`unifrom` is no kind of parameter"),
        (r#"{"type": "choice"}"#, "options is missing"),
        (r#"{"type": "choice", "options": 3}"#, "options must be a list or a map, not a number"),
        (r#"{"type": "choice", "options": []}"#, "options must not be empty"),
        (r#"{"type": "choice", "options": {}}"#, "options must not be empty"),
        (r#"{"type": "map", "entries": [1]}"#, "entries must be a map, not a list"),
        (r#"{"type": "list", "items": {"a": 1}}"#, "items must be a list, not a map"),
        (r#"{"type": "constant"}"#, "value is missing"),
        (r#"{"a": 1, "b": 2, "a": 3}"#, "key `a` stands here twice"),
        (r#"{"type": "uniform", "low": 0, "low": 1, "high": 3}"#, "key `low` stands here twice"),
        (r#"{"": 1}"#, "a key must not be empty"),
        (r#"{"a\u0007b": 1}"#, r"a key must be printable; it has '\u{7}'"),
    ];
    for (node, message) in table {
        let refusal = refusal(&format!(r#"{{"x": {node}}}"#));
        assert_eq!(refusal.to_string(), format!("space.x: {message}"), "{node}");
    }
}

#[test]
fn choices() {
    let twice = r#"{"type": "choice", "options": {"a": 1, "a": 2}}"#;
    let table = [
        (twice, "space.x: key `a` stands here twice"),
        (
            r#"{"type": "choice", "options": {"svm": {"name": 3}}}"#,
            "space.x.svm: key `name` is taken: the configuration holds the option's name there",
        ),
        (r#"{"type": "choice", "options": {"": 3}}"#, "space.x: an option's name must not be empty"),
        (
            r#"{"type": "pchoice", "options": [{"p": 0.5, "value": 1}, {"p": 0.6, "value": 2}]}"#,
            "space.x: the probabilities must sum to 1, not 1.1",
        ),
        (
            r#"{"type": "pchoice", "options": [{"p": 0, "value": 1}, {"p": 1, "value": 2}]}"#,
            "space.x.1: p must be > 0 and <= 1, not 0",
        ),
        (
            r#"{"type": "pchoice", "options": {"a": {"p": -1, "value": 1}, "b": {"p": 2, "value": 2}}}"#,
            "space.x.a: p must be > 0 and <= 1, not -1",
        ),
        (r#"{"type": "pchoice", "options": [{"value": 1}]}"#, "space.x.0: p is missing"),
        (r#"{"type": "pchoice", "options": [{"p": 1}]}"#, "space.x.0: value is missing"),
        (
            r#"{"type": "pchoice", "options": [3]}"#,
            "space.x.0: an option of a pchoice must be a map, not a number",
        ),
        (
            r#"{"type": "pchoice", "options": [{"type": "uniform", "low": 0, "high": 1}]}"#,
            "space.x.0: unknown field `type`",
        ),
    ];
    for (node, message) in table {
        assert_eq!(refusal(&format!(r#"{{"x": {node}}}"#)).to_string(), message, "{node}");
    }
}

#[test]
fn hints_say_what_may_have_been_meant() {
    let hint = |json: &str| refusal(json).hint.unwrap();
    assert_eq!(
        hint(r#"{"x": {"type": "logunifrom"}}"#),
        "did you mean `loguniform`? a map that has a key `type` of its own is written `{type: map, entries: {...}}`"
    );
    assert!(hint(r#"{"x": {"type": "adam"}}"#).starts_with("the kinds are uniform, quniform, "));
    assert_eq!(
        hint(r#"{"x": {"type": "uniform", "low": 0, "hihg": 1}}"#),
        "did you mean `high`? the fields of uniform are low, high, label"
    );
    let in_words = serde_json::from_str::<Space>(r#"{"x": {"type": "unifrom"}}"#).unwrap_err().to_string();
    assert!(
        in_words.starts_with("space.x: `unifrom` is no kind of parameter (did you mean `uniform`?"),
        "{in_words}"
    );
}

#[test]
fn empty_spaces() {
    for json in ["{}", "[]", "3", "null", r#"{"lr": 0.1}"#, r#"{"type": "choice", "options": []}"#] {
        let refusal = refusal(json);
        assert_eq!(refusal.field.as_deref(), Some("space"));
    }
    assert_eq!(refusal("{}").message, "must have at least one parameter");
}

#[test]
fn text_that_is_no_json() {
    for json in ["", "{", r#"{"x": NaN}"#, r#"{"x": Infinity}"#, "{\"x\": 1e999}", "\u{0}"] {
        let refusal = refusal(json);
        assert_eq!(refusal.field.as_deref(), Some("space"));
        assert!(refusal.message.starts_with("must be valid JSON: "), "{refusal}");
    }
    assert!(serde_json::from_slice::<Space>(b"{\"x\xff\": 1}").is_err());
}

#[test]
fn nan_and_infinities_from_yaml_and_from_code() {
    let yaml = |number: &str| format!("x: {{type: uniform, low: 0, high: {number}}}");
    for number in [".nan", ".inf", "-.inf", "1e999"] {
        let error = serde_saphyr::from_str::<Space>(&yaml(number)).unwrap_err().to_string();
        assert!(error.contains("finite") && error.contains(number), "{error}");
    }
    let options = serde_saphyr::options! {
        non_finite_float_policy: serde_saphyr::options::NonFiniteFloatPolicy::PassThrough
    };
    for (number, shown) in [(".nan", "NaN"), (".inf", "inf"), ("-.inf", "-inf")] {
        let error = serde_saphyr::from_str_with_options::<Space>(&yaml(number), options.clone()).unwrap_err();
        assert!(error.to_string().contains(&format!("space.x: high must be finite, not {shown}")), "{error}");
        let constant = format!("x: {number}");
        let error = serde_saphyr::from_str_with_options::<Space>(&constant, options.clone()).unwrap_err();
        assert!(error.to_string().contains("space.x: must be made of finite numbers"), "{error}");
    }
    for (bad, message) in [
        (Distribution::Uniform { low: f64::NAN, high: 1.0 }, "low must be finite, not NaN"),
        (Distribution::Uniform { low: 0.0, high: f64::INFINITY }, "high must be finite, not inf"),
        (Distribution::QUniform { low: 0.0, high: 1.0, q: f64::NAN }, "q must be finite, not NaN"),
        (Distribution::Normal { mu: f64::NEG_INFINITY, sigma: 1.0 }, "mu must be finite, not -inf"),
        (Distribution::LogNormal { mu: 0.0, sigma: f64::NAN }, "sigma must be finite, not NaN"),
        (
            Distribution::Float { low: 0.0, high: 1.0, step: Some(f64::NAN), log: false },
            "step must be finite, not NaN",
        ),
        (Distribution::Choice { count: 3 }, "must be a number and not a choice"),
    ] {
        let node = Node::Parameter(ParameterNode { label: None, distribution: bad });
        let refusal = Space::try_from(Node::List(vec![node])).unwrap_err();
        assert_eq!(refusal.to_string(), format!("space.0: {message}"));
    }
}

#[test]
fn too_deep() {
    let nested = |levels: usize| format!("{}{}{}", "[".repeat(levels), LEAF, "]".repeat(levels));
    assert!(Space::from_json(&nested(DEPTH_MAX - 1)).is_ok());
    let refused = refusal(&nested(DEPTH_MAX));
    assert_eq!(refused.field, Some(format!("space{}", ".0".repeat(DEPTH_MAX))));
    assert_eq!(refused.message, "is nested too deep: a space may have at most 16 levels");

    let text = refusal(&nested(10_000));
    assert_eq!(text.field.as_deref(), Some("space"));
    assert!(
        text.message.starts_with("must be valid JSON: space: is nested more than 50 levels deep"),
        "{text}"
    );

    let deep_value = (0..10_000).fold(json!(1), |value, _| Value::Array(vec![value]));
    let error = Node::deserialize(&deep_value).unwrap_err().to_string();
    assert_eq!(error, "space: is nested more than 50 levels deep");
    let constant = Space::try_from(Node::List(vec![Node::Constant(deep_value)])).unwrap_err();
    assert_eq!(constant.message, "is nested too deep: a space may have at most 16 levels");

    let deep_node = (0..10_000).fold(leaf(), |node, _| Node::List(vec![node]));
    assert_eq!(Space::try_from(deep_node).unwrap_err().field, refused.field);
    let deep_choice = (0..10_000).fold(leaf(), |node, _| Node::Choice(ChoiceNode::listed([node])));
    assert!(Space::try_from(deep_choice).unwrap_err().message.starts_with("is nested too deep"));
}

#[test]
fn too_large() {
    let parameters = |count: usize| Node::List(vec![leaf(); count]);
    assert_eq!(Space::try_from(parameters(PARAMETERS_MAX)).unwrap().parameters().len(), PARAMETERS_MAX);
    assert_eq!(
        Space::try_from(parameters(PARAMETERS_MAX + 1)).unwrap_err().to_string(),
        "space.1000: a space may have at most 1000 parameters"
    );

    let options = |count: usize| Node::Choice(ChoiceNode::listed(vec![Node::Constant(Value::Null); count]));
    assert!(Space::try_from(options(OPTIONS_MAX)).is_ok());
    let message = "space: a space may have at most 10000 options in all";
    assert_eq!(Space::try_from(options(OPTIONS_MAX + 1)).unwrap_err().to_string(), message);
    let million = format!(r#"{{"type": "choice", "options": [{}1]}}"#, "1,".repeat(999_999));
    assert_eq!(refusal(&million).to_string(), message);
    let halves = Node::List(vec![options(OPTIONS_MAX / 2), options(OPTIONS_MAX / 2 + 1)]);
    assert_eq!(
        Space::try_from(halves).unwrap_err().to_string(),
        "space.1: a space may have at most 10000 options in all"
    );

    let constants = Node::List(vec![Node::Constant(json!(0)); NODES_MAX]);
    assert_eq!(
        Space::try_from(constants).unwrap_err().to_string(),
        "space.99999: a space may have at most 100000 nodes in all"
    );
    let inside = Node::Map(vec![("c".to_owned(), Node::Constant(json!(vec![0; NODES_MAX])))]);
    assert_eq!(
        Space::try_from(inside).unwrap_err().to_string(),
        "space.c: a space may have at most 100000 nodes in all"
    );
}

#[test]
fn labels_that_are_no_labels() {
    let labelled = |label: &str| {
        let label = Some(label.to_owned());
        Space::try_from(Node::List(vec![Node::Parameter(ParameterNode { label, distribution: UNIT })]))
    };
    assert!(labelled(&"x".repeat(LABEL_LEN_MAX)).is_ok());
    for (label, message) in [
        ("", "space.0: the label must not be empty"),
        ("a\nb", "space.0: the label must be printable; it has '\\n'"),
        (&*"é".repeat(129), "space.0: the label must be at most 256 bytes long, not 258"),
    ] {
        assert_eq!(labelled(label).unwrap_err().to_string(), message);
    }
    let long = "k".repeat(200);
    let json = format!(r#"{{"{long}": {{"{long}": {LEAF}}}}}"#);
    let refused = refusal(&json);
    assert_eq!(refused.message, "the label must be at most 256 bytes long, not 401");
    assert_eq!(refused.hint.as_deref(), Some("give it a `label`"));
}

#[test]
fn trees_from_code_that_no_text_could_give() {
    let twice = Node::Map(vec![("a".to_owned(), leaf()), ("a".to_owned(), leaf())]);
    assert_eq!(Space::try_from(twice).unwrap_err().to_string(), "space: key `a` stands here twice");

    let named = ChoiceNode::named([("a".to_owned(), leaf()), ("a".to_owned(), leaf())]);
    assert_eq!(
        Space::try_from(Node::Choice(named)).unwrap_err().to_string(),
        "space: option `a` stands here twice"
    );

    let mut misnamed = ChoiceNode::listed([Node::Constant(json!("a")), Node::Constant(json!("b"))]);
    misnamed.options[1].name = "c".to_owned();
    assert_eq!(
        Space::try_from(Node::Choice(misnamed)).unwrap_err().to_string(),
        "space: listed option `c` must be called `b`"
    );

    let mut half = ChoiceNode::listed([Node::Constant(json!("a")), Node::Constant(json!("b"))]);
    half.options[0].probability = Some(0.5);
    assert_eq!(Space::try_from(Node::Choice(half.clone())).unwrap_err().to_string(), "space.b: p is missing");
    half.options[1].probability = Some(f64::NAN);
    assert_eq!(
        Space::try_from(Node::Choice(half)).unwrap_err().to_string(),
        "space.b: p must be finite, not NaN"
    );
}

#[test]
fn messages_stay_short_whatever_is_written() {
    let long = "x".repeat(1_000_000);
    let millions = "1,".repeat(1_000_000);
    for json in [
        format!(r#"{{"{long}": {{"type": "uniform"}}}}"#),
        format!(r#"{{"a": {{"type": "{long}"}}}}"#),
        format!(r#"{{"a": {{"type": "uniform", "{long}": 1}}}}"#),
        format!(r#"{{"a": {{"type": "uniform", "low": 0, "high": 1, "label": "{long}"}}}}"#),
        format!(r#"{{"a": {{"type": "uniform", "low": [{millions}1], "high": 1}}}}"#),
        format!(r#"{{"{long}": 1, "{long}": 2}}"#),
        format!(r#"{{"type": "choice", "options": {{"{long}": 1}}}}"#),
    ] {
        let said = refusal(&json).to_string();
        assert!(said.len() < 300, "{} bytes", said.len());
    }
    let space = Space::from_json(LEAF).unwrap();
    for values in [json!({ &long: 1 }), json!({"value": long}), json!({"value": vec![0; 1_000_000]})] {
        let said = space.read_point(&values).unwrap_err().to_string();
        assert!(said.len() < 300, "{} bytes", said.len());
    }
}

const LEAF: &str = r#"{"type": "uniform", "low": 0, "high": 1}"#;
const UNIT: Distribution = Distribution::Uniform { low: 0.0, high: 1.0 };

fn leaf() -> Node {
    Node::Parameter(ParameterNode { label: None, distribution: UNIT })
}
