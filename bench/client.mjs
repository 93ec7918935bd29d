// AWS's SDK for JavaScript, version 3, to be measured: node bench/client.mjs MODE URL OPERATION IMAGE
//
// Modes, input and output as in client.lua. REK_BENCH_MODULES is the folder node_modules of the SDK.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";

const [mode, url, operation, image] = process.argv.slice(2);
const load = createRequire(path.resolve(process.env.REK_BENCH_MODULES, "..", "package.json"));
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const PROJECT = "arn:aws:rekognition:us-east-1:555555555555:project/DestinationProject/1656705098765";
const VERSION = "arn:aws:rekognition:us-east-1:111122223333:project/SourceProject/version/model_1/1656611123456";

const inputs = {
  CopyProjectVersion: () => ({
    SourceProjectArn: "arn:aws:rekognition:us-east-1:111122223333:project/SourceProject/16565123456",
    SourceProjectVersionArn: VERSION,
    DestinationProjectArn: PROJECT,
    VersionName: "DestinationVersionName_cross_account",
    OutputConfig: { S3Bucket: "bucket-name", S3KeyPrefix: "path_to_folder" },
    KmsKeyId: "arn:1234abcd-12ab-34cd-56ef-1234567890ab",
    Tags: { key1: "val1" },
  }),
  DescribeProjectVersions: () => ({ ProjectArn: PROJECT, MaxResults: 100 }),
  DetectCustomLabels: () => ({ ProjectVersionArn: VERSION, Image: { Bytes: imageBytes } }),
};
const imageBytes = operation === "DetectCustomLabels" ? readFileSync(image) : undefined;

function newCall() {
  const sdk = load("@aws-sdk/client-rekognition");
  const client = new sdk.RekognitionClient({ region: "us-east-1", endpoint: url, credentials });
  const Command = sdk[`${operation}Command`];
  return () => client.send(new Command(inputs[operation]()));
}

function newSign() {
  const inside = createRequire(load.resolve("@aws-sdk/client-rekognition"));
  const core = createRequire(inside.resolve("@aws-sdk/core"));
  const { SignatureV4 } = core("@smithy/signature-v4");
  const { createHash, createHmac } = load("node:crypto");
  class Sha256 {
    constructor(key) {
      this.hash = key ? createHmac("sha256", key) : createHash("sha256");
    }
    update(data) {
      this.hash.update(data);
    }
    async digest() {
      return this.hash.digest();
    }
  }
  const signer = new SignatureV4({ credentials, region: "us-east-1", service: "rekognition", sha256: Sha256 });
  const body = "x".repeat(590);
  return () =>
    signer.sign({
      method: "POST", protocol: "https:", hostname: "rekognition.us-east-1.amazonaws.com", path: "/", query: {}, body,
      headers: {
        host: "rekognition.us-east-1.amazonaws.com",
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "RekognitionService.CopyProjectVersion",
      },
    });
}

if (mode === "first") {
  await newCall()();
  process.stdout.write("done\n", () => process.exit(0));
} else {
  const work = mode === "sign" ? newSign() : newCall();
  await work();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const count = Number(line);
    const wall = process.hrtime.bigint();
    const cpu = process.cpuUsage();
    for (let i = 0; i < count; i++) await work();
    const used = process.cpuUsage(cpu);
    const passed = Number(process.hrtime.bigint() - wall) / 1000;
    console.log(`${((used.user + used.system) / count).toFixed(3)} ${(passed / count).toFixed(3)}`);
  }
  process.exit(0);
}
