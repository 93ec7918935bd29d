// Makes the calls of coverage_steps.py by AWS's SDK for JavaScript: node coverage_sdk.mjs MODULES <STEPS >RESULTS
//
// Reads and writes what coverage_boto3.py does.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const sdk = createRequire(`${process.argv[2]}/`)("@aws-sdk/client-rekognition");
const work = JSON.parse(readFileSync(0, "utf8"));
const clients = new Map();

function clientOf(url, [accessKeyId, secretAccessKey]) {
  const name = `${url} ${accessKeyId}`;
  if (!clients.has(name)) {
    const credentials = { accessKeyId, secretAccessKey };
    clients.set(name, new sdk.RekognitionClient({ endpoint: url, region: "us-east-1", credentials, maxAttempts: 1 }));
  }
  return clients.get(name);
}

function filled(value, saved) {
  if (typeof value === "string") {
    return value.replace(/\$\{([^}]+)\}/g, (_, name) => {
      if (!(name in saved)) throw new Error(`missing ${name}`);
      return saved[name];
    });
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, saved));
  if (value && typeof value === "object") {
    if ("$bytes" in value) return new Uint8Array(Buffer.from(value.$bytes, "base64"));
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, filled(item, saved)]));
  }
  return value;
}

// A response as JSON: without undefined members, dates as seconds.
function plain(value) {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === "object") {
    const members = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(members.map(([name, item]) => [name, plain(item)]));
  }
  return value;
}

async function call(step, saved) {
  try {
    const command = new sdk[`${step.operation}Command`](filled(step.params, saved));
    const { $metadata: _, ...response } = await clientOf(work.urls[step.world], work.keys[step.as]).send(command);
    return { response: plain(response) };
  } catch (error) {
    const status = error.$metadata?.httpStatusCode;
    const known = sdk[error.name];
    return { error: status ? error.name : "not called", message: error.message, status, modelled: !!known && error instanceof known };
  }
}

const valueAt = (response, path) => path.split(".").reduce((value, name) => value[name], response);

const results = [];
const all = {};
for (const step of work.steps) {
  const saved = (all[step.world] ??= {});
  const result = await call(step, saved);
  for (const [name, path] of Object.entries(step.save)) {
    if (result.response) saved[name] = valueAt(result.response, path);
  }
  results.push(result);
}
process.stdout.write(JSON.stringify(results));
