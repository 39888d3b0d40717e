//! What holds of residuals, for random sets, requests and what is known of them.

use super::strategies::{anything, policies, request, value, with_id};
use super::{grants, load};
use portcullis::model::{Code, Decision, DecisionEffect, Mode, Path, Reason, Residual};
use portcullis::parse::parse_residual;
use portcullis::{ResidualEngine, Value};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value as Json, json};

const MEMBERS: [&str; 8] = [
    "action", "now", "app", "user", "tool", "run", "input", "agent",
];
const FIELDS: [&str; 5] = [
    "user.role",
    "input.count",
    "input.kind",
    "run.mode",
    "tenant.plan",
];

/// A set of which each policy may be public or private.
fn visible() -> impl Strategy<Value = Vec<Json>> {
    let set = prop_oneof![policies(0..8), policies(40..80)];
    let seen = prop::collection::vec(select(vec![None, Some("public"), Some("private")]), 81);
    let all = prop::option::of(select(vec!["public", "private"]));
    (set, seen, all).prop_map(|(mut set, seen, all)| {
        for (policy, seen) in set.iter_mut().zip(seen) {
            if let Some(visibility) = all.or(seen) {
                policy["visibility"] = json!(visibility);
            }
        }
        set
    })
}

/// A policy of the platform that names other tenants where what it asks of this one is settled.
fn naming() -> impl Strategy<Value = Json> {
    let names = || {
        select(vec![
            json!(["globex", "initech"]),
            json!(["initech", "acme"]),
            json!(["globex", "team"]),
        ])
    };
    let field = || select(vec!["tenant.id", "tenant.plan", "tenant.alias", "tenant"]);
    let test = (
        select(vec![
            "in",
            "not_in",
            "includes_any",
            "starts_with",
            "contains",
        ]),
        names(),
    );
    let derived = select(vec![
        json!({"as": "url_host", "in": ["globex"]}),
        json!({"as": "lower", "eq": "globex"}),
        json!({"as": "keys", "includes": "initech"}),
        json!({"within": "/globex"}),
        json!({"matches": "*globex*"}),
        json!({"default": "globex", "eq": "initech"}),
        json!({"some": {"eq": "globex"}}),
    ]);
    let test = prop_oneof![test.prop_map(|(op, names)| json!({op: names})), derived];
    let leaf = (field(), test)
        .prop_map(|(field, mut test)| {
            test["field"] = json!(field);
            test
        })
        .prop_filter("loads", |leaf| {
            let policy = json!({"id": "p", "name": "p", "scope": "global", "effect": "deny", "rule_expr": {"when": leaf}});
            portcullis::Engine::load(value(&json!([policy])), None).is_ok()
        });
    let in_body = (leaf.clone(), any::<bool>()).prop_map(|(leaf, all)| {
        let join = if all { "all" } else { "any" };
        if leaf.get("some").is_some() {
            return leaf;
        }
        json!({"field": "input.list", "some": {join: [leaf, {"item": "id", "eq": "a"}]}})
    });
    let condition = (prop_oneof![leaf, in_body], crate::leaves::any_leaf(), select(vec!["all", "any"]), any::<bool>())
        .prop_map(|(naming, other, join, first)| {
            json!({join: if first { [naming, other] } else { [other, naming] }})
        });
    let scope = select(vec![
        ("global", None),
        ("tenant", Some(["globex*", "acme"])),
        ("tenant", Some(["*", "initech"])),
    ]);
    (scope, condition, select(vec!["when", "unless"]), select(vec!["allow", "deny"])).prop_map(
        |((scope, target), condition, clause, effect)| {
            let mut rule = json!({clause: condition});
            if let Some(target) = target {
                rule["target"] = json!(target);
            }
            json!({"name": effect, "scope": scope, "effect": effect, "visibility": "public", "rule_expr": rule})
        },
    )
}

fn is_public(policy: &Json) -> bool {
    match policy["visibility"].as_str() {
        Some(visibility) => visibility == "public",
        None => !policy["tenant_id"].is_null(),
    }
}

/// Whether nothing in a policy can keep it on the server though it is public: see `docs/preview.md`.
fn is_plain(policy: &Json) -> bool {
    let rule = policy["rule_expr"].to_string();
    let withheld = ["some", "every", "default", "matches"];
    !withheld
        .iter()
        .any(|key| rule.contains(&format!("\"{key}\":")))
}

/// Some members of a request, the tenant among them.
fn part(request: &Json, members: &[&str]) -> Json {
    let mut known = json!({"tenant": request["tenant"]});
    for name in members {
        if let Some(member) = request.get(name) {
            known[*name] = member.clone();
        }
    }
    known
}

/// Another request with what is known, and at the unknown fields what it has itself.
fn completed(known: &Json, other: &Json, unknown: &[Path]) -> Json {
    let mut completed = other.clone();
    for (name, member) in known.as_object().unwrap() {
        completed[name] = member.clone();
    }
    for path in unknown {
        let names = path.segments();
        let found = names.iter().try_fold(other, |at, name| at.get(&**name));
        let (last, around) = names.split_last().unwrap();
        let place = around
            .iter()
            .try_fold(&mut completed, |at, name| at.get_mut(&**name));
        if let (Some(found), Some(place)) = (found, place.and_then(Json::as_object_mut)) {
            place.insert(last.to_string(), found.clone());
        }
    }
    completed
}

fn paths(fields: &[&str]) -> Vec<Path> {
    fields.iter().map(|f| Path::parse(f).unwrap()).collect()
}

fn residual(set: &[Json], known: &Json, unknown: &[&str]) -> Residual {
    load(set).residual(&value(known), &paths(unknown)).unwrap()
}

fn text(residual: &Residual) -> String {
    serde_json::to_string(residual).unwrap()
}

fn reload(residual: &Residual) -> ResidualEngine {
    ResidualEngine::load_json(&text(residual)).unwrap()
}

/// The reasons that are of public policies, or of none; not those of policies that were left to the server.
fn public_reasons(set: &[Json], residual: &Residual, decision: &Decision) -> Vec<Reason> {
    let is_told = |policy: &Json| {
        let ids = residual.policies.iter().map(|left| left.policy.get("id"));
        is_plain(policy) || ids.flatten().any(|id| id.as_str() == policy["id"].as_str())
    };
    let is_public = |reason: &&Reason| {
        let id = reason.policy_id.as_deref();
        id.is_none_or(|id| {
            set.iter()
                .any(|p| p["id"] == id && is_public(p) && is_told(p))
        })
    };
    decision.reasons.iter().filter(is_public).cloned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn it_decides_as_the_whole_set_or_says_to_ask(
        set in visible(),
        request in request(),
        others in prop::collection::vec(request(), 12),
        members in subsequence(MEMBERS.to_vec(), 0..6),
        unknown in subsequence(FIELDS.to_vec(), 0..3),
    ) {
        let known = part(&request, &members);
        let residual = residual(&set, &known, &unknown);
        let (engine, there) = (load(&set), reload(&residual));
        let in_force = |p: &&Json| p["enabled"] != false && p["enforcement"] != "shadow"
            && (p["tenant_id"].is_null() || p["tenant_id"] == request["tenant"]["id"]);
        let is_exact = set.iter().filter(in_force).all(|p| is_public(p) && is_plain(p));
        for other in others {
            let completed = completed(&known, &other, &residual.unknown);
            let asked = value(&completed);
            for mode in [None, Some(Mode::Auto), Some(Mode::Draft)] {
                let grants = mode.map_or(Vec::new(), |mode| grants(&engine, &set, &asked, mode));
                let whole = engine.decide_granted(&asked, &grants);
                let mut told = there.decide_granted(&asked, &grants);
                prop_assert_ne!(told.code, Code::OutsideResidual);
                if told.code == Code::AskServer {
                    prop_assert!(!is_exact);
                    let first = told.reasons.remove(0);
                    prop_assert_eq!((first.policy_id, told.mode), (None, Mode::Draft));
                } else {
                    prop_assert_eq!((told.effect, told.code, told.mode), (whole.effect, whole.code, whole.mode));
                    prop_assert_eq!(&told.limits, &whole.limits);
                    prop_assert_eq!(&told.approvals, &whole.approvals);
                }
                prop_assert_eq!(&told.policy_set, &whole.policy_set);
                prop_assert_eq!(&told.reasons, &public_reasons(&set, &residual, &whole));
                if set.iter().all(|p| is_public(p) && is_plain(p)) {
                    prop_assert_eq!(&told, &whole);
                }
            }
        }
    }

    #[test]
    fn its_previews_miss_nothing_that_the_whole_set_may_decide(
        set in visible(),
        request in request(),
        others in prop::collection::vec(request(), 12),
        members in subsequence(MEMBERS.to_vec(), 0..6),
        unknown in subsequence(vec!["input", "tool", "action", "user.role", "run.mode", "input.count"], 0..4),
    ) {
        let known = part(&request, &members);
        let (engine, there) = (load(&set), reload(&residual(&set, &known, &[])));
        let is_fixed = |path: &Path| known.get(path.head()).is_some();
        let preview = there.preview(&value(&request), &paths(&unknown));
        for other in others {
            let mut completed = crate::preview::completed(&request, &other, &preview.unknown);
            // Those that are outside are denied, and said to be.
            for path in preview.unknown.iter().filter(|path| is_fixed(path)) {
                prop_assert!(preview.effects.contains(&DecisionEffect::Deny) && preview.may_be_invalid);
                completed[path.head()] = known[path.head()].clone();
            }
            let whole = engine.decide(&value(&completed));
            prop_assert!(preview.effects.contains(&whole.effect), "{:?} {:?}", preview, whole);
            prop_assert!(preview.modes.contains(&whole.mode), "{:?} {:?}", preview, whole);
            if let Some(told) = &preview.decision {
                prop_assert_eq!((told.effect, told.mode), (whole.effect, whole.mode));
                prop_assert_eq!((&told.limits, &told.approvals), (&whole.limits, &whole.approvals));
            }
            let cells = there.preview_many(
                &value(&request),
                &paths(&unknown),
                &[("tool".to_owned(), vec![value(&other["tool"])]), ("user".to_owned(), vec![value(&other["user"])])],
            );
            let mut varied = request.clone();
            varied["tool"] = other["tool"].clone();
            varied["user"] = other["user"].clone();
            let one = there.preview(&value(&varied), &paths(&unknown));
            prop_assert_eq!(cells[0].settled, one.decision.is_some());
            prop_assert_eq!(
                (&cells[0].effects, &cells[0].modes, cells[0].may_be_invalid),
                (&one.effects, &one.modes, one.may_be_invalid)
            );
        }
        let outside = there.preview(&Value::Null, &[]);
        prop_assert_eq!(outside.effects, [DecisionEffect::Deny]);
        prop_assert_eq!(outside.decision.map(|d| d.code), Some(Code::OutsideResidual));
    }

    #[test]
    fn it_holds_nothing_of_other_tenants_and_of_private_policies(
        set in visible(),
        request in request(),
        members in subsequence(MEMBERS.to_vec(), 0..6),
    ) {
        let known = part(&request, &members);
        let tenant = &request["tenant"]["id"];
        let whole = residual(&set, &known, &[]);
        let is_own = |policy: &&Json| policy["tenant_id"].is_null() || policy["tenant_id"] == *tenant;
        let own: Vec<Json> = set.iter().filter(is_own).cloned().collect();
        prop_assert_eq!(text(&whole), text(&residual(&own, &known, &[])));
        // But for the digest of the set and what private policies may do, these might as well not be there.
        let public: Vec<Json> = own.into_iter().filter(is_public).collect();
        let mut without = residual(&public, &known, &[]);
        let is_told = public.iter().all(is_plain);
        prop_assert!(!is_told || (without.private.must.is_empty() && without.private.may.is_empty()));
        without.policy_set.clone_from(&whole.policy_set);
        without.private = whole.private.clone();
        prop_assert_eq!(text(&whole), text(&without));
    }

    #[test]
    fn it_names_no_other_tenants_that_the_platforms_public_policies_name(
        set in prop::collection::vec(naming(), 1..8),
        request in request(),
        members in subsequence(MEMBERS.to_vec(), 0..6),
    ) {
        let mut request = request;
        request["tenant"] = json!({"id": "acme", "plan": "team"});
        let set: Vec<Json> = set.into_iter().zip(0..).map(|(p, i)| with_id(p, &format!("p{i}"))).collect();
        let known = part(&request, &members);
        let told = residual(&set, &known, &[]);
        let bytes = text(&told).replace(&told.policy_set, "");
        for name in ["globex", "initech"] {
            prop_assert!(!bytes.contains(name), "{} in {}", name, bytes);
        }
        // Others of another length, and more of them, leave the same bytes.
        let renamed = json!(set).to_string().replace("initech", "hooli");
        let renamed = renamed.replace("[\"globex\"", "[\"stark\",\"globex\"").replace("globex", "umbrella");
        let renamed: Vec<Json> = serde_json::from_str(&renamed).unwrap();
        let again = residual(&renamed, &known, &[]);
        prop_assert_eq!(bytes, text(&again).replace(&again.policy_set, ""));
        let (engine, there) = (load(&set), reload(&told));
        let (whole, told) = (engine.decide(&value(&request)), there.decide(&value(&request)));
        prop_assert!(told.code == Code::AskServer || (told.effect, told.code) == (whole.effect, whole.code));
    }

    #[test]
    fn with_all_known_it_asks_for_nothing_but_what_it_may_not_tell(
        set in visible(),
        request in request(),
    ) {
        let asks = |p: &Json| p["effect"] == "require_approval" || !p["rule_expr"]["then"]["limits"].is_null();
        let tells = |p: &Json| if is_public(p) { is_plain(p) } else { !asks(p) };
        // What a request does not state is not known.
        let mut request = request;
        for member in MEMBERS.iter().chain(&["workflow"]) {
            request.as_object_mut().unwrap().entry(*member).or_insert(Json::Null);
        }
        let set: Vec<Json> = set.into_iter().filter(tells).collect();
        let there = reload(&residual(&set, &request, &[]));
        let (told, whole) = (there.decide(&value(&request)), load(&set).decide(&value(&request)));
        prop_assert_eq!((told.effect, told.code, told.mode), (whole.effect, whole.code, whole.mode));
    }

    #[test]
    fn a_request_that_differs_in_what_was_known_is_refused(
        set in visible(),
        request in request(),
        other in request(),
        members in subsequence(MEMBERS.to_vec(), 1..6),
    ) {
        let known = part(&request, &members);
        let there = reload(&residual(&set, &known, &[]));
        let mut asked = completed(&known, &other, &[]);
        for name in members.iter().chain(&["tenant"]).filter(|name| other.get(name).is_some()) {
            // As the engine reads them: -0 is 0.
            let differs = asked.get(name).map(value) != other.get(name).map(value);
            let before = std::mem::replace(&mut asked[*name], other[*name].clone());
            let decision = there.decide(&value(&asked));
            if differs && known.get(name).is_some() {
                prop_assert_eq!(decision.code, Code::OutsideResidual);
                prop_assert_eq!(decision.reasons.len(), 1);
                let field = &decision.reasons[0].error.as_ref().unwrap().field;
                prop_assert_eq!(field.0.as_ref().unwrap().head(), *name);
            }
            asked[*name] = before;
        }
        for missing in members.iter().filter(|name| known.get(name).is_some()) {
            let mut asked = asked.clone();
            asked.as_object_mut().unwrap().remove(*missing);
            prop_assert_eq!(there.decide(&value(&asked)).code, Code::OutsideResidual);
        }
        prop_assert_eq!(there.decide(&Value::Null).code, Code::OutsideResidual);
    }

    #[test]
    fn what_is_printed_reads_back(
        set in visible(),
        request in request(),
        members in subsequence(MEMBERS.to_vec(), 0..6),
        unknown in subsequence(FIELDS.to_vec(), 0..3),
    ) {
        let printed = residual(&set, &part(&request, &members), &unknown);
        let (read, findings) = parse_residual(Value::from_json(&text(&printed)).unwrap());
        prop_assert_eq!(findings, vec![]);
        prop_assert_eq!(text(&read), text(&printed));
        prop_assert_eq!(read, printed);
    }

    #[test]
    fn what_is_no_residual_is_refused_and_breaks_nothing(
        set in visible(),
        request in request(),
        at in any::<prop::sample::Index>(),
        wrong in anything(),
    ) {
        if let Err(refused) = ResidualEngine::load(wrong.clone()) {
            prop_assert!(!refused.diagnostics().is_empty());
        }
        let printed = text(&residual(&set, &part(&request, &["user"]), &[]));
        let Value::Object(mut members) = Value::from_json(&printed).unwrap() else {
            return Err(TestCaseError::fail("a residual is an object"));
        };
        let index = at.index(members.len());
        members[index].1 = wrong;
        match ResidualEngine::load(Value::Object(members)) {
            Ok(engine) => { let _ = engine.decide(&value(&request)); }
            Err(refused) => prop_assert!(!refused.diagnostics().is_empty()),
        }
    }
}
