// The public names that every entry point has, but for the engine itself.
export type { DecideOptions, ExplanationReader, PolicySet, ResidualSet } from "./engine/engine.js";
export {
  ApprovalRequiredError,
  DigestError,
  type ErrorDetails,
  PolicyDeniedError,
  PolicySetError,
  PortcullisError,
} from "./engine/errors.js";
export type { PreviewManyOptions, PreviewOptions } from "./engine/preview.js";
export type { Validate, Validation } from "./engine/validate.js";
export { type FactOptions, toFacts } from "./facts.js";
export type { ApprovalRequirement } from "./types/generated/ApprovalRequirement.js";
export type { ApprovalRule } from "./types/generated/ApprovalRule.js";
export type { Approvers } from "./types/generated/Approvers.js";
export type { Catalogue } from "./types/generated/Catalogue.js";
export type { CatalogueTool } from "./types/generated/CatalogueTool.js";
export type { Change } from "./types/generated/Change.js";
export type { Clause } from "./types/generated/Clause.js";
export type { Code } from "./types/generated/Code.js";
export type { Condition } from "./types/generated/Condition.js";
export type { Decision } from "./types/generated/Decision.js";
export type { DecisionEffect } from "./types/generated/DecisionEffect.js";
export type { Derivation } from "./types/generated/Derivation.js";
export type { Diagnostic } from "./types/generated/Diagnostic.js";
export type { Effect } from "./types/generated/Effect.js";
export type { Enforcement } from "./types/generated/Enforcement.js";
export type { ErrorCode } from "./types/generated/ErrorCode.js";
export type { Explanation } from "./types/generated/Explanation.js";
export type { Fault } from "./types/generated/Fault.js";
export type { Grant } from "./types/generated/Grant.js";
export type { Limit } from "./types/generated/Limit.js";
export type { LimitKind } from "./types/generated/LimitKind.js";
export type { LimitSpec } from "./types/generated/LimitSpec.js";
export type { Mode } from "./types/generated/Mode.js";
export type { NearMiss } from "./types/generated/NearMiss.js";
export type { OnExceed } from "./types/generated/OnExceed.js";
export type { Per } from "./types/generated/Per.js";
export type { Policy } from "./types/generated/Policy.js";
export type { PolicyExplanation } from "./types/generated/PolicyExplanation.js";
export type { PolicyPreview } from "./types/generated/PolicyPreview.js";
export type { Preview } from "./types/generated/Preview.js";
export type { PreviewCell } from "./types/generated/PreviewCell.js";
export type { PreviewOutcome } from "./types/generated/PreviewOutcome.js";
export type { Private } from "./types/generated/Private.js";
export type { PrivatePart } from "./types/generated/PrivatePart.js";
export type { Reason } from "./types/generated/Reason.js";
export type { Residual } from "./types/generated/Residual.js";
export type { ResidualPolicy } from "./types/generated/ResidualPolicy.js";
export type { RuleExpr } from "./types/generated/RuleExpr.js";
export type { Scope } from "./types/generated/Scope.js";
export type { Severity } from "./types/generated/Severity.js";
export type { Shadow } from "./types/generated/Shadow.js";
export type { Subject } from "./types/generated/Subject.js";
export type { ThenRule } from "./types/generated/ThenRule.js";
export type { Visibility } from "./types/generated/Visibility.js";
export type { Entity, Known, Request, Run } from "./types/inputs.js";
