// Drives an emulator through the whole copy flow with AWS's SDK for JavaScript, version 3.
//
// usage: node js_copy_flow.mjs MODULES URL SKEWED_URL
//
// MODULES is the folder node_modules with @aws-sdk/client-rekognition; SKEWED_URL is an emulator whose clock is an hour
// ahead. The steps, and the one JSON object that is printed, are those of spec/peers/boto3_copy_flow.py.

import { createRequire } from "node:module";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const [modules, url, skewedUrl] = process.argv.slice(2);
const sdk = createRequire(path.resolve(modules, "..", "package.json"))("@aws-sdk/client-rekognition");

const SOURCE = { accessKeyId: "AKIAEMULATOR00000001", secretAccessKey: "emulator-secret-of-111122223333" };
const DESTINATION = { accessKeyId: "AKIAEMULATOR00000002", secretAccessKey: "emulator-secret-of-555555555555" };
const OUTPUT = { S3Bucket: "bucket-name", S3KeyPrefix: "path_to_folder" };

const report = {};

function makeClient(credentials, { region = "us-east-1", endpoint = url, maxAttempts = 1 } = {}) {
  return new sdk.RekognitionClient({ endpoint, region, credentials, maxAttempts });
}

// Calls, and notes the response without its metadata, or the error.
async function step(name, client, operation, params = {}) {
  try {
    const { $metadata: metadata, ...response } = await client.send(new sdk[`${operation}Command`](params));
    report[name] = { response, status: metadata.httpStatusCode };
    return response;
  } catch (error) {
    if (!error.$metadata) throw error;
    const isOwn = error.constructor !== sdk.RekognitionServiceException;
    report[name] = {
      code: error.name,
      message: error.message,
      status: error.$metadata.httpStatusCode,
      request_id: error.$metadata.requestId,
      modelled: isOwn && error instanceof sdk.RekognitionServiceException && error.constructor.name,
    };
    return {};
  }
}

async function describe(client, ProjectArn, name) {
  const found = await client.send(new sdk.DescribeProjectVersionsCommand({ ProjectArn, VersionNames: [name] }));
  return found.ProjectVersionDescriptions;
}

// Asks until `isDone` likes the answer; a bounded wait.
async function poll(ask, isDone) {
  let answer;
  for (let count = 0; count < 600; count++) {
    answer = await ask();
    if (isDone(answer)) break;
    await sleep(50);
  }
  return answer;
}

async function copied(client, project, name) {
  const isDone = (versions) => versions[0]?.Status === "COPYING_COMPLETED";
  return (await poll(() => describe(client, project, name), isDone))[0];
}

async function project(client, ProjectName) {
  return (await step(`create ${ProjectName}`, client, "CreateProject", { ProjectName })).ProjectArn;
}

function copyParams(source, version, destination, name) {
  return {
    SourceProjectArn: source,
    SourceProjectVersionArn: version,
    DestinationProjectArn: destination,
    VersionName: name,
    OutputConfig: OUTPUT,
    Tags: { key1: "val1" },
  };
}

function policy(effect, principal, resource) {
  const Action = "rekognition:CopyProjectVersion";
  const statement = { Effect: effect, Principal: { AWS: principal }, Action, Resource: resource };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

async function train(owner, source) {
  const manifest = { GroundTruthManifest: { S3Object: { Bucket: "bucket-name", Name: "manifest.json" } } };
  const trained = await step("train", owner, "CreateProjectVersion", {
    ProjectArn: source,
    VersionName: "model_1",
    OutputConfig: OUTPUT,
    TrainingData: { Assets: [manifest] },
    TestingData: { AutoCreate: true },
    Tags: { stage: "one" },
  });
  report.training = (await describe(owner, source, "model_1"))[0].Status;
  const waiting = { client: owner, maxWaitTime: 60, minDelay: 1, maxDelay: 1 };
  await sdk.waitUntilProjectVersionTrainingCompleted(waiting, { ProjectArn: source, VersionNames: ["model_1"] });
  report.trained = (await describe(owner, source, "model_1"))[0];
  return trained.ProjectVersionArn;
}

async function copyInside(owner, source, version) {
  const same = await project(owner, "same-account");
  await step("copy inside", owner, "CopyProjectVersion", copyParams(source, version, same, "inside"));
  report.copying = (await describe(owner, same, "inside"))[0].Status;
  report["copied inside"] = await copied(owner, same, "inside");
  await step("copy, name taken", owner, "CopyProjectVersion", copyParams(source, version, same, "inside"));
  return same;
}

async function copyAcross(owner, other, source, version) {
  const there = await project(other, "DestinationProject");
  const params = copyParams(source, version, there, "across");
  await step("copy without a policy", other, "CopyProjectVersion", params);
  const put = (name, PolicyName, PolicyDocument, PolicyRevisionId) =>
    step(name, owner, "PutProjectPolicy", { ProjectArn: source, PolicyName, PolicyDocument, PolicyRevisionId });
  const foreign = policy("Allow", "arn:aws:iam::999999999999:root", "*");
  const revision = (await put("put a policy for another", "share", foreign)).PolicyRevisionId;
  await step("copy by a policy for another", other, "CopyProjectVersion", params);
  await put("put it again", "share", policy("Allow", "*", "*"));
  const versions = source.replace(/\/[0-9]+$/, "/version/*");
  const allow = policy("Allow", "arn:aws:iam::555555555555:root", versions);
  await put("update the policy", "share", allow, revision);
  await put("update by an old revision", "share", allow, revision);
  await step("copy across", other, "CopyProjectVersion", params);
  report["copied across"] = await copied(other, there, "across");
  await put("forbid it", "forbid", policy("Deny", "*", "*"));
  const again = "CopyProjectVersion";
  await step("copy what is forbidden", other, again, copyParams(source, version, there, "again"));
  await step("copy what is forbidden inside", owner, again, copyParams(source, version, source, "again"));
}

async function policies(owner, source) {
  const ProjectArn = source;
  await step("list policies", owner, "ListProjectPolicies", { ProjectArn });
  await step("list policies, one a page", owner, "ListProjectPolicies", { ProjectArn, MaxResults: 1 });
  report["policy names"] = [];
  for await (const page of sdk.paginateListProjectPolicies({ client: owner, pageSize: 1 }, { ProjectArn })) {
    report["policy names"].push(...page.ProjectPolicies.map((one) => one.PolicyName));
  }
  await step("delete a policy", owner, "DeleteProjectPolicy", { ProjectArn, PolicyName: "forbid" });
  await step("delete it again", owner, "DeleteProjectPolicy", { ProjectArn, PolicyName: "forbid" });
}

async function errors(owner, other, source) {
  const image = { S3Object: { Bucket: "bucket", Name: "name" } };
  await step("no such project", owner, "DescribeProjectVersions", { ProjectArn: `${source}1` });
  await step("another's project", other, "DescribeProjectVersions", { ProjectArn: source });
  await step("bad name", owner, "CreateProject", { ProjectName: "no blanks" });
  await step("missing member", owner, "CreateProject");
  await step("wrong type", owner, "CreateProject", { ProjectName: [1] });
  await step("bad token", owner, "DescribeProjects", { NextToken: "nonsense" });
  await step("page too long", owner, "DescribeProjects", { MaxResults: 101 });
  await step("malformed policy", owner, "PutProjectPolicy",
    { ProjectArn: source, PolicyName: "bad", PolicyDocument: '{"Statement":[]}' });
  await step("project with models", owner, "DeleteProject", { ProjectArn: source });
  await step("not emulated", owner, "DetectLabels", { Image: image });
  await step("wrong secret", makeClient({ ...SOURCE, secretAccessKey: "wrong" }), "DescribeProjects");
  await step("unknown key", makeClient({ ...SOURCE, accessKeyId: "AKIAUNKNOWN" }), "DescribeProjects");
  await step("other region", makeClient(SOURCE, { region: "eu-west-1" }), "DescribeProjectVersions",
    { ProjectArn: source });
  await step("skewed clock", makeClient(SOURCE, { endpoint: skewedUrl }), "DescribeProjects");
  await step("skewed clock, corrected", makeClient(SOURCE, { endpoint: skewedUrl, maxAttempts: 2 }),
    "DescribeProjects");
}

async function tags(owner, ResourceArn) {
  await step("tag", owner, "TagResource", { ResourceArn, Tags: { owner: "café", stage: "two" } });
  await step("untag", owner, "UntagResource", { ResourceArn, TagKeys: ["owner"] });
  await step("list tags", owner, "ListTagsForResource", { ResourceArn });
}

async function remove(owner, same) {
  const inside = (await describe(owner, same, "inside"))[0].ProjectVersionArn;
  await step("delete version", owner, "DeleteProjectVersion", { ProjectVersionArn: inside });
  report.deleted = await poll(() => describe(owner, same, "inside"), (versions) => versions.length === 0);
  await step("delete project", owner, "DeleteProject", { ProjectArn: same });
}

const owner = makeClient(SOURCE);
const other = makeClient(DESTINATION);
const source = await project(owner, "SourceProject");
await step("project name taken", owner, "CreateProject", { ProjectName: "SourceProject" });
const version = await train(owner, source);
const same = await copyInside(owner, source, version);
await copyAcross(owner, other, source, version);
await policies(owner, source);
await tags(owner, version);
await errors(owner, other, source);
report["project names"] = [];
for await (const page of sdk.paginateDescribeProjects({ client: owner, pageSize: 1 }, {})) {
  report["project names"].push(...page.ProjectDescriptions.map((one) => one.ProjectArn.split("/")[1]));
}
await remove(owner, same);
console.log(JSON.stringify(report, function plain(key, value) {
  return this[key] instanceof Date ? this[key].getTime() / 1000 : value;
}));
