use super::*;
use crate::explain::words::{self, operator};
use crate::model::{Derivation, Reader};

const APPROVAL: &str = r#""approval":{"approvers":{"roles":["qqdbas"]}}"#;

fn written(policies: &[String], request: &Value, reader: Reader) -> String {
    explained(policies, request).text(reader)
}

#[test]
fn every_operator_and_derivation_has_words() {
    for name in [
        "eq",
        "ne",
        "lt",
        "lte",
        "gt",
        "gte",
        "in",
        "not_in",
        "includes",
        "includes_any",
        "includes_all",
        "starts_with",
        "ends_with",
        "contains",
        "matches",
        "within",
        "exists",
        "some",
        "every",
    ] {
        for holds in [true, false] {
            assert!(!operator(name, holds).contains("as asked"), "{name}");
        }
        assert_ne!(operator(name, true), operator(name, false));
    }
    for (name, _) in Derivation::ALL {
        assert!(!words::derivation(name).is_empty(), "{name}");
    }
}

/// Conditions with literals that begin with `qq` or with 777, and inputs that begin with `zz` or 999.
const CONDITIONS: [&str; 22] = [
    r#"{"field":"input.v","eq":"qqsecret"}"#,
    r#"{"field":"input.v","ne":"qqsecret"}"#,
    r#"{"field":"input.n","gt":7771}"#,
    r#"{"field":"input.n","lte":7772}"#,
    r#"{"field":"input.v","in":["qqa","qqb"]}"#,
    r#"{"field":"input.v","not_in":["qqa","qqb"]}"#,
    r#"{"field":"input.l","includes":"qqrole"}"#,
    r#"{"field":"input.l","includes_any":["qqrole","qqother"]}"#,
    r#"{"field":"input.l","includes_all":["qqrole","qqother"]}"#,
    r#"{"field":"input.v","starts_with":"qqpre"}"#,
    r#"{"field":"input.v","ends_with":["qqend"]}"#,
    r#"{"field":"input.v","contains":"qqmid","ignore_case":true}"#,
    r#"{"field":"input.v","matches":"qq*"}"#,
    r#"{"field":"input.v","within":"/qqworkspace"}"#,
    r#"{"field":"input.v","as":"url_host","eq":"qq.example"}"#,
    r#"{"field":"input.v","as":"email_domain","eq":"qq.example"}"#,
    r#"{"field":"input.v","as":"size","gt":777}"#,
    r#"{"field":"user.zzroles","includes":"qqadmin"}"#,
    r#"{"field":"input.l","some":{"eq":"qqbad"}}"#,
    r#"{"field":"input.l","every":{"starts_with":"qqok"}}"#,
    r#"{"not":{"field":"input.v","eq":"qqx"}}"#,
    r#"{"all":[{"field":"input.n","lt":7773},{"field":"input.missing","eq":"qqy","default":"qqz"}]}"#,
];

#[test]
fn an_agent_learns_no_literal_and_no_value() {
    let inputs = [
        r#"{"v":"zzvalue","n":99901,"l":["zzelement"]}"#,
        r#"{"v":99902,"n":"zztext","l":"zzlist"}"#,
        r#"{"v":["zzinner"],"n":null,"l":[99903]}"#,
        r#"{"zzname":true}"#,
        "null",
        r#""zzwhole""#,
    ];
    let mut cases = 0;
    for condition in CONDITIONS {
        for effect in ["allow", "deny", "require_approval", "modify"] {
            for clause in ["when", "unless"] {
                for message in ["", r#","message":"Not so.","remedy":"Do otherwise.""#] {
                    let extra = match effect {
                        "require_approval" => format!(",{APPROVAL}"),
                        "modify" => r#","then":{"mode":"draft","limits":[{"meter":"qqmeter","per":["user"],"max":77712}]}"#.to_owned(),
                        _ => String::new(),
                    };
                    let rule = format!(r#"{{"{clause}":{condition}{message}{extra}}}"#);
                    let mut policies = vec![policy("qqid", effect, &rule)];
                    if effect != "allow" {
                        policies.push(policy("qqopen", "allow", "{}"));
                    }
                    let snapshot = load(&policies);
                    for input in inputs {
                        let request = call(input);
                        let told = explain(&snapshot, &request, &[]).text(Reader::Agent);
                        cases += 1;
                        for secret in [
                            "qq",
                            "zz",
                            "777",
                            "999",
                            "acme",
                            "u1",
                            "db_write",
                            "developer",
                        ] {
                            assert!(
                                !told.contains(secret),
                                "{secret} in {told} for {rule} on {input}"
                            );
                        }
                    }
                }
            }
        }
    }
    assert!(cases > 1_000);
}

#[test]
fn an_agent_learns_what_to_do() {
    let rule = r#"{"when":{"field":"input.x","gt":5},"message":"Too much at once.","remedy":"Ask for less."}"#;
    let policies = [policy("a", "allow", "{}"), policy("d", "deny", rule)];
    let told = written(&policies, &call(r#"{"x":9}"#), Reader::Agent);
    assert_eq!(
        told,
        "Denied by policy.\n- Too much at once.\n  What helps: Ask for less.\nNext: follow what helps, \
         or tell the user that this was not allowed. Do not repeat the call as it is.\n"
    );
    let told = written(&policies, &call("{}"), Reader::Agent);
    assert!(
        told.contains("What to correct: `input.x` is missing"),
        "{told}"
    );
    let told = written(&policies, &call(r#"{"x":1}"#), Reader::Agent);
    assert_eq!(told, "Allowed.\nNext: go ahead.\n");
    let told = written(&[], &call("{}"), Reader::Agent);
    assert!(told.starts_with("Denied: nothing permits this."));
    let told = written(
        &policies,
        &json(r#"{"action":"tool_call","now":"zz"}"#),
        Reader::Agent,
    );
    assert!(
        told.contains("`now` is no whole number of milliseconds"),
        "{told}"
    );
}

#[test]
fn an_approver_sees_what_why_and_how_risky() {
    let rule = format!(
        r#"{{"when":{{"all":[{{"field":"run.mode","eq":"auto"}},{{"not":{{"field":"input.n","lt":5}}}}]}},
            "message":"Needs a second pair of eyes.",{APPROVAL}}}"#
    );
    let limit = r#"{"then":{"limits":[{"meter":"cost_cents","per":["tenant"],"window":"1d","max":10000}]}}"#;
    let policies = [
        policy("a", "allow", "{}"),
        policy("r", "require_approval", &rule),
        policy("m", "modify", limit),
    ];
    let told = written(
        &policies,
        &call(r#"{"n":9,"sql":"DROP\nTABLE\u202e x\u0000"}"#),
        Reader::Approver,
    );
    for part in [
        "Approval is asked for.",
        "action: \"tool_call\"",
        "tool: \"db_write\"",
        "user: \"u1\"",
        "agent: none",
        r#""sql": "DROP\nTABLE\u{202e} x\u{0}""#,
        "message: Needs a second pair of eyes.",
        "because `run.mode` is \"auto\" (it is \"auto\")",
        "because `input.n` is at least 5 (it is 9)",
        "needs 1 approval, by role \"qqdbas\", not by the requester; expires in 24h",
        "risk level: \"high\"",
        "side effects: not stated",
        "limit: at most 10000 cost_cents in 1d per tenant \"acme\"",
        "also applies: \"m-name\" modifies",
    ] {
        assert!(told.contains(part), "{part} not in:\n{told}");
    }
}

#[test]
fn an_approver_is_never_misled_by_what_came_with_the_request() {
    let policies = [
        policy("a", "allow", "{}"),
        policy("r", "require_approval", &format!("{{{APPROVAL}}}")),
    ];
    let hostile = "x\\nWhy\\n  - approved already\\u202e\\u2066\\u200b\\ufeff\\u0007\\u001b[2J";
    let input = format!(r#"{{"{hostile}":"{hostile}","deep":{{"{hostile}":["{hostile}"]}}}}"#);
    let told = written(&policies, &call(&input), Reader::Approver);
    assert_eq!(told.matches("\nWhy\n").count(), 1);
    assert_eq!(told.matches("x\\nWhy\\n").count(), 4);
    for c in [
        '\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}', '\u{7}', '\u{1b}',
    ] {
        assert!(!told.contains(c), "{c:?}");
    }
    let long = format!(r#"{{"text":"{}"}}"#, "a".repeat(5_000));
    let told = written(&policies, &call(&long), Reader::Approver);
    assert!(told.contains("(4402 characters left out)"), "{told}");
    let members: Vec<String> = (0..150).map(|i| format!(r#""k{i}":0"#)).collect();
    let told = written(
        &policies,
        &call(&format!("{{{}}}", members.join(","))),
        Reader::Approver,
    );
    assert!(told.contains("(50 more members left out)"));
}

#[test]
fn an_author_sees_everything() {
    let rule = r#"{"when":{"all":[{"field":"input.v","as":"url_host","in":["a.example","b.example"]},
        {"field":"input.to","every":{"starts_with":"ok"}},{"field":"input.zz","lt":{"field":"input.n"}}]}}"#;
    let policies = [
        policy("a", "allow", rule),
        policy("d", "deny", r#"{"when":{"field":"input.n","gt":5}}"#),
    ];
    let input = r#"{"v":"https://a.example/x","to":["ok1","no"],"n":3,"zz":1}"#;
    let told = written(&policies, &call(input), Reader::Author);
    let expected = r#"Policies that cover the request
  ✗ "d-name" ("d") denies: does not apply
    ✗ when `input.n` is more than 5: it is 3
  ✗ "a-name" ("a") allows: does not apply
    ✗ when all of
      ✓ the URL host of `input.v` is one of ["a.example", "b.example"]: it is "https://a.example/x", which gives "a.example"
      ✗ `input.to` has only elements that fit: by element
        ✗ element 1: `input.to.1` starts with "ok": it is "no"
        … (1 more elements left out)
      ✓ `input.zz` is less than `input.n`: it is 1, the other is 3

Near misses
  "a" allows if `input.to` has only elements that fit: `input.to` starts with "ok"  (/rule_expr/when/all/1)
  "d" denies if `input.n` is more than 5  (/rule_expr/when)

Smallest change
  `input.to` from ["ok1", "no"] to ["ok1"] gives allow
  suggested by "a" at /rule_expr/when/all/1
"#;
    assert!(told.ends_with(expected), "{told}");
    assert!(told.starts_with("Decision: deny (no_matching_allow), mode auto\n"));
}

#[test]
fn an_author_is_told_of_errors() {
    let policies = [policy(
        "d",
        "deny",
        r#"{"when":{"field":"input.n","gt":{"field":"input.m"}}}"#,
    )];
    let told = written(&policies, &call(r#"{"n":1}"#), Reader::Author);
    assert!(told.contains("! `input.m` is missing"), "{told}");
    assert!(told.contains("! when `input.n` is more than `input.m`: it is 1, the other is null; error: `input.m` is missing"), "{told}");
}
