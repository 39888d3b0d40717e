//! The closed list of diagnostic codes.

/// Declares the codes once: variant, name, what it says.
macro_rules! codes {
    ($($variant:ident $name:literal $what:literal,)*) => {
        /// What a diagnostic is about. Its name is stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum DiagnosticCode {
            $(#[doc = $what] $variant,)*
        }

        impl DiagnosticCode {
            /// All of them, each with what it says.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$variant, $what),)*];

            /// Its name in diagnostics.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

codes! {
    // The text and its shape.
    InvalidJson "invalid_json" "the text is no JSON",
    NestedTooDeep "nested_too_deep" "the JSON nests deeper than the cap",
    DuplicateKey "duplicate_key" "an object has the same key twice",
    UnknownKey "unknown_key" "an object has a key that the language does not know",
    MissingKey "missing_key" "an object lacks a key that it needs",
    MisplacedKey "misplaced_key" "a key belongs to another effect, scope, kind or operator",
    WrongJsonType "wrong_json_type" "a value is of another JSON type than the key takes",
    UnknownValue "unknown_value" "a word is none of those that the key takes",
    DuplicateValue "duplicate_value" "a list says the same thing twice",
    EmptyString "empty_string" "a string that says something is empty",
    EmptyList "empty_list" "a list that needs at least one element has none",
    InvalidNumber "invalid_number" "a number is not whole, or out of the key's range",
    UnsupportedNumber "unsupported_number" "a number is beyond what JSON can say exactly (2^53 - 1)",
    InvalidDuration "invalid_duration" "a duration or window is not written as one",
    TextTooLong "text_too_long" "an id or a name is over its cap",
    RuleTooLarge "rule_too_large" "a rule is over its cap in bytes",
    // The row and the rule.
    DuplicateId "duplicate_id" "another policy of the set has this id",
    EmptyApprovers "empty_approvers" "an approval names nobody who could approve",
    UnreachableQuorum "unreachable_quorum" "an approval asks for more people than it names (warning)",
    EmptyThen "empty_then" "a `then` changes nothing",
    DelegateByTenant "delegate_by_tenant" "a tenant's policy delegates, which is the platform's alone",
    UnknownAction "unknown_action" "an action is neither built in nor declared",
    // The tree.
    EmptyCondition "empty_condition" "a condition is `{}`, or has no children",
    AmbiguousCondition "ambiguous_condition" "a condition is several things at once",
    ConditionTooDeep "condition_too_deep" "conditions nest deeper than the cap",
    TooManyConditions "too_many_conditions" "a rule has more conditions than the cap",
    NestedQuantifier "nested_quantifier" "a quantifier stands in another",
    // The leaf.
    MissingOperator "missing_operator" "a leaf asks nothing",
    SeveralOperators "several_operators" "a leaf asks several things",
    MissingAddress "missing_address" "a leaf says not where it looks",
    SeveralAddresses "several_addresses" "a leaf looks in several places",
    SeveralDerivations "several_derivations" "a leaf derives several things",
    InvalidPath "invalid_path" "a path has no names, or an empty one",
    PathTooLong "path_too_long" "a path has more names than the cap",
    NullLiteral "null_literal" "`null` is compared with; it can only be absent",
    MixedList "mixed_list" "a list has literals of several kinds",
    TooManyLiterals "too_many_literals" "a list has more literals than the cap",
    FieldNotAllowed "field_not_allowed" "a field stands where only literals can",
    // Types.
    WrongLiteralType "wrong_literal_type" "a literal is of a kind that the operator does not take",
    IncompatibleDerivation "incompatible_derivation" "what `as` gives is nothing that the operator takes",
    ImpossibleLiteral "impossible_literal" "a literal that the value can never be",
    InvalidDefault "invalid_default" "a `default` that the leaf could not read",
    InvalidTimestamp "invalid_timestamp" "a string to compare times with is no RFC 3339 timestamp",
    InvalidGlob "invalid_glob" "a glob ends in a lone backslash",
    InvalidFolder "invalid_folder" "a folder of `within` is no path",
    IncompatibleType "incompatible_type" "a field is never of a type that the operator takes",
    MixedType "mixed_type" "a field is of a type that the operator does not take, at times (warning)",
    // The catalogue.
    UnknownField "unknown_field" "a field that the catalogue does not know",
    TargetMatchesNothing "target_matches_nothing" "no pattern of a target matches any tool",
    UnmatchedTarget "unmatched_target" "one pattern of a target matches no tool (warning)",
    TooManyActions "too_many_actions" "a catalogue declares more actions than the cap",
    DuplicateTool "duplicate_tool" "two tools of a catalogue have one name",
    ConflictingField "conflicting_field" "a catalogue declares a built-in field to be of another type",
    // Legal and unwise.
    EmptyEvery "empty_every" "an allow holds where a list is empty (warning)",
    UnguardedField "unguarded_field" "a deny stops every tool that lacks the argument (warning)",
}
