// The npm registry's half of policy_parity.py: questions as JSON on the standard input, one a line, and on the output
// whether the package pbac, an evaluator of IAM's language under the MIT licence, allows each. It takes lists only, one
// test an operator, and the caller's principals as a list of names.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [modules] = process.argv.slice(2);
const PBAC = createRequire(resolve(modules, "x"))("pbac");

const list = (value) => (Array.isArray(value) ? value : [value]);

function rewritten(statement) {
  const principal = statement.Principal === "*" ? { AWS: ["*"] } : statement.Principal;
  return { ...statement, Action: list(statement.Action), Principal: { AWS: list(principal.AWS ?? []) } };
}

// "aws:PrincipalArn" is kept as { aws: { PrincipalArn } }.
function nested(keys) {
  const context = {};
  for (const [key, value] of Object.entries(keys)) {
    const [service, ...name] = key.split(":");
    (context[service] ??= {})[name.join(":")] = value;
  }
  return context;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { policy, principals, keys, action, resource } = JSON.parse(line);
  const rules = { ...policy, Statement: list(policy.Statement).map(rewritten) };
  const evaluator = new PBAC(rules, { validatePolicies: false, validateSchema: false });
  const question = { action, resource, principal: { AWS: principals }, context: nested(keys) };
  console.log(JSON.stringify(evaluator.evaluate(question)));
}
