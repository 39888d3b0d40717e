export {
  EnforceAgentStep,
  EnforceLlmCall,
  EnforceNode,
  type EnforceOptions,
  EnforceRunStart,
  EnforceTool,
  EnforceToolRuntime,
} from "./decorators.js";
export { PolicyErrorFilter } from "./filter.js";
export {
  InjectDecisions,
  POLICY_DECISIONS,
  PolicyEngineModule,
  type PolicyEngineModuleAsyncOptions,
  type PolicyEngineModuleOptions,
} from "./module.js";
