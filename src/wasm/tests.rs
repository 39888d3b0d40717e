//! The bindings, tested in WebAssembly itself: what crosses, and how.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::engine::Engine;
use crate::eval::{Encoder, routes};
use crate::model::Value;
use crate::wasm::core::Core;
use crate::wasm::load::CoreLoader;

const POLICIES: &str = r#"[
    {"id": "open", "name": "open", "scope": "global", "effect": "allow", "rule_expr": {}},
    {"id": "pay", "name": "pay", "scope": "tool", "effect": "deny", "rule_expr":
        {"target": ["pay*"], "when": {"field": "input.to", "some": {"as": "lower", "eq": "mallory"}}}},
    {"id": "cap", "name": "cap", "scope": "global", "effect": "modify", "rule_expr":
        {"then": {"limits": [{"meter": "tokens", "per": ["tenant"], "window": "1d", "max": 5}]}}}
]"#;

fn request(to: &str) -> Value {
    let text = [
        r#"{"action": "tool_call", "now": 0, "tenant": {"id": "acme"}, "app": null, "user": null,
            "workflow": null, "agent": null, "tool": {"id": "pay_now"}, "run": null, "input": {"to": "#,
        to,
        "}}",
    ];
    Value::from_json(&text.concat()).unwrap()
}

fn core(policies: &str) -> Result<Core, JsValue> {
    let mut loader = CoreLoader::new(None, None);
    loader.push_text(policies.as_bytes());
    assert!(loader.step(100));
    loader.finish()
}

/// Decides as the encoder in JavaScript does: a frame, picks, one call.
fn outcome(core: &mut Core, request: &Value) -> u32 {
    let snapshot = &core.engine.snapshot;
    let mut encoder = Encoder::new(&snapshot.nodes, request);
    let mut picks = Vec::new();
    routes(snapshot, request, &mut encoder, &mut picks);
    core.frame = encoder.into_frame();
    let count = picks.len();
    core.picks = picks;
    core.decide(count, 0)
}

#[wasm_bindgen_test]
fn outcomes_are_words() {
    let mut core = core(POLICIES).unwrap();
    // Deny, denied by policy, auto; three reasons and nothing else.
    let denied = outcome(&mut core, &request(r#"["bob", "MALLORY"]"#));
    assert_eq!(denied, 1 | (1 << 2) | (1 << 5) | (3 << 8));
    assert_eq!(core.out.len(), 3);
    // Allow, allowed, auto; two reasons and a limit.
    let allowed = outcome(&mut core, &request(r#"["bob"]"#));
    assert_eq!(allowed, (1 << 5) | (1 << 6) | (2 << 8));
    assert_eq!(core.out.get(2..5), Some(&[1, 0, 0][..]));
}

#[wasm_bindgen_test]
fn the_core_decides_as_the_facade() {
    let mut core = core(POLICIES).unwrap();
    let engine = Engine::load_json(POLICIES, None).unwrap();
    for to in [r#"["mallory"]"#, r#"[1]"#, "null", r#""bob""#, "[]"] {
        let request = request(to);
        let decision = engine.decide(&request);
        let outcome = outcome(&mut core, &request);
        assert_eq!(
            outcome >> 8,
            u32::try_from(decision.reasons.len()).unwrap(),
            "{to}"
        );
        for (i, reason) in decision.reasons.iter().enumerate() {
            assert_eq!(
                core.fault(i),
                serde_json::to_string(reason).unwrap(),
                "{to}"
            );
        }
    }
}

#[wasm_bindgen_test]
fn a_request_that_is_no_object_is_invalid() {
    let mut core = core(POLICIES).unwrap();
    assert_eq!(outcome(&mut core, &Value::Null), 1 | (5 << 2) | (1 << 8));
    assert_eq!(core.out, [u32::MAX]);
    assert!(core.fault(0).contains("invalid_request"));
}

#[wasm_bindgen_test]
fn what_does_not_load_is_thrown_with_all_findings() {
    let refused = core(r#"[{"id": "x"}, {"id": "y"}]"#).err().unwrap();
    assert!(refused.is_object());
    let mut loader = CoreLoader::new(Some("{".to_owned()), None);
    loader.push_text(b"[]");
    assert!(loader.finish().is_err());
}

#[wasm_bindgen_test]
fn deep_values_give_digests_and_explanations() {
    let core = core(POLICIES).unwrap();
    // `null`: nothing that can be digested or decided.
    assert!(core.request_digest(&[0]).is_err());
    assert!(core.explain(&[0], "json", None).is_object());
    assert!(
        core.explain(&[0], "agent", None)
            .as_string()
            .unwrap()
            .contains("not")
    );
}

#[wasm_bindgen_test]
fn policies_come_and_go() {
    let mut core = core(POLICIES).unwrap();
    let deny =
        r#"{"id": "stop", "name": "stop", "scope": "global", "effect": "deny", "rule_expr": {}}"#;
    core.replace_text(deny).unwrap();
    assert_eq!(outcome(&mut core, &request("[]")) & 3, 1);
    assert!(core.remove("stop"));
    assert!(!core.remove("stop"));
    assert_eq!(outcome(&mut core, &request("[]")) & 3, 0);
    assert!(core.replace_text("{").is_err());
}
