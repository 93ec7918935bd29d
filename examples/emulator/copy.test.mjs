// A copy across accounts against the emulator: node's own test runner and AWS's SDK for JavaScript.
//
//   npm install @aws-sdk/client-rekognition
//   node --test examples/emulator/copy.test.mjs
//
// REKOGNITION_EMULATOR names the command, if it isn't on PATH.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, beforeEach, test } from "node:test";
import {
  CopyProjectVersionCommand, CreateProjectCommand, CreateProjectVersionCommand, DescribeProjectsCommand,
  DescribeProjectVersionsCommand, PutProjectPolicyCommand, RekognitionClient,
} from "@aws-sdk/client-rekognition";

let emulator, url;

before(async () => {
  const [command, ...rest] = (process.env.REKOGNITION_EMULATOR ?? "rekognition-emulator").split(" ");
  emulator = spawn(command, [...rest, "--train-seconds", "0", "--copy-seconds", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(emulator.stdout, "data"); // "rekognition-emulator listens on http://127.0.0.1:PORT"
  url = line.toString().trim().split(" ").at(-1);
});

after(async () => {
  emulator.kill();
  const [code] = await once(emulator, "exit");
  assert.equal(code, 0);
});

beforeEach(() => fetch(url + "/_emulator/reset", { method: "POST" }));

const client = (number, account) => new RekognitionClient({
  endpoint: url, region: "us-east-1",
  credentials: { accessKeyId: `AKIAEMULATOR0000000${number}`, secretAccessKey: `emulator-secret-of-${account}` },
});

test("a copy across accounts needs a policy", async () => {
  const source = client(1, "111122223333"), destination = client(2, "555555555555");
  const manifest = { GroundTruthManifest: { S3Object: { Bucket: "any-bucket", Name: "train.manifest" } } };
  const OutputConfig = { S3Bucket: "any-bucket" };
  const { ProjectArn } = await source.send(new CreateProjectCommand({ ProjectName: "birds" }));
  const { ProjectVersionArn } = await source.send(new CreateProjectVersionCommand({
    ProjectArn, VersionName: "v1", OutputConfig, TrainingData: { Assets: [manifest] }, TestingData: { AutoCreate: true },
  }));
  const there = (await destination.send(new CreateProjectCommand({ ProjectName: "copies" }))).ProjectArn;
  const copy = new CopyProjectVersionCommand({
    SourceProjectArn: ProjectArn, SourceProjectVersionArn: ProjectVersionArn, DestinationProjectArn: there,
    VersionName: "c1", OutputConfig,
  });
  await assert.rejects(destination.send(copy), { name: "AccessDeniedException" });
  await source.send(new PutProjectPolicyCommand({
    ProjectArn, PolicyName: "share", PolicyDocument: JSON.stringify({
      Version: "2012-10-17", Statement: [{
        Effect: "Allow", Principal: { AWS: "arn:aws:iam::555555555555:root" },
        Action: "rekognition:CopyProjectVersion", Resource: ProjectVersionArn,
      }],
    }),
  }));
  await destination.send(copy);
  const found = await destination.send(new DescribeProjectVersionsCommand({ ProjectArn: there }));
  assert.equal(found.ProjectVersionDescriptions[0].Status, "COPYING_COMPLETED");
});

test("throttling is got over", async () => {
  const fault = { fault: "throttle", operation: "DescribeProjects", times: 2 };
  await fetch(url + "/_emulator/faults", { method: "POST", body: JSON.stringify(fault) });
  assert.deepEqual((await client(1, "111122223333").send(new DescribeProjectsCommand({}))).ProjectDescriptions, []);
});
