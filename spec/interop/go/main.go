// AWS's SDK for Go, version 2, does the copy flow against a running emulator and judges what comes back.
//
//	go run . URL
//
// Prints a line for each step that came out otherwise than it must, and counts. The emulator's passing states must be short.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/rekognition"
	"github.com/aws/aws-sdk-go-v2/service/rekognition/types"
	"github.com/aws/smithy-go"
)

var (
	ctx            = context.Background()
	passed, failed int
	output         = &types.OutputConfig{S3Bucket: aws.String("bucket-name"), S3KeyPrefix: aws.String("path_to_folder")}
)

func check(name string, good bool, found any) {
	if good {
		passed++
		return
	}
	failed++
	fmt.Printf("FAIL Go SDK, %s: %v\n", name, found)
}

// must has a response that the step must have.
func must[T any](name string, response T, err error) T {
	check(name, err == nil, err)
	return response
}

// raises checks that an error is the SDK's own class of it.
func raises[E error](name string, err error) {
	var wanted E
	found := errors.As(err, &wanted)
	check(name, found, fmt.Sprintf("%v instead of %s", err, reflect.TypeOf(wanted)))
	var api smithy.APIError
	check(name+", its message", errors.As(err, &api) && api.ErrorMessage() != "", err)
}

// raisesCode checks an error that the model doesn't have.
func raisesCode(name, code string, err error) {
	var api smithy.APIError
	check(name, errors.As(err, &api) && api.ErrorCode() == code, err)
}

func client(url, id, secret string) *rekognition.Client {
	return rekognition.New(rekognition.Options{
		BaseEndpoint: aws.String(url),
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider(id, secret, ""),
		Retryer:      aws.NopRetryer{},
	})
}

func project(name string, owner *rekognition.Client) *string {
	made, err := owner.CreateProject(ctx, &rekognition.CreateProjectInput{ProjectName: aws.String(name)})
	return must("create "+name, made, err).ProjectArn
}

func describe(owner *rekognition.Client, project *string, name string) *types.ProjectVersionDescription {
	found, err := owner.DescribeProjectVersions(ctx, &rekognition.DescribeProjectVersionsInput{
		ProjectArn: project, VersionNames: []string{name}})
	if err != nil || len(found.ProjectVersionDescriptions) == 0 {
		return nil
	}
	return &found.ProjectVersionDescriptions[0]
}

// becomes waits until a version has a status; nil where it never does.
func becomes(name string, owner *rekognition.Client, project *string, version string, status types.ProjectVersionStatus) *types.ProjectVersionDescription {
	for i := 0; i < 600; i++ {
		found := describe(owner, project, version)
		if found != nil && found.Status == status {
			check(name, true, nil)
			return found
		}
		time.Sleep(50 * time.Millisecond)
	}
	check(name, false, "never became "+string(status))
	return &types.ProjectVersionDescription{}
}

func train(owner *rekognition.Client, source *string) *string {
	manifest := types.Asset{GroundTruthManifest: &types.GroundTruthManifest{
		S3Object: &types.S3Object{Bucket: aws.String("bucket-name"), Name: aws.String("train.manifest")}}}
	made, err := owner.CreateProjectVersion(ctx, &rekognition.CreateProjectVersionInput{
		ProjectArn: source, VersionName: aws.String("model_1"), OutputConfig: output,
		TrainingData: &types.TrainingData{Assets: []types.Asset{manifest}}, TestingData: &types.TestingData{AutoCreate: true},
		Tags: map[string]string{"stage": "one"}})
	version := must("train", made, err).ProjectVersionArn
	waiter := rekognition.NewProjectVersionTrainingCompletedWaiter(owner)
	err = waiter.Wait(ctx, &rekognition.DescribeProjectVersionsInput{ProjectArn: source, VersionNames: []string{"model_1"}},
		30*time.Second, func(o *rekognition.ProjectVersionTrainingCompletedWaiterOptions) {
			o.MinDelay, o.MaxDelay = 100*time.Millisecond, 200*time.Millisecond
		})
	check("wait for the training", err == nil, err)
	trained := describe(owner, source, "model_1")
	check("the training's results", trained != nil && trained.EvaluationResult != nil && aws.ToFloat32(trained.EvaluationResult.F1Score) == 1 &&
		trained.TrainingEndTimestamp.After(*trained.CreationTimestamp), trained)
	return version
}

func copyParams(source, version, destination *string, name string) *rekognition.CopyProjectVersionInput {
	return &rekognition.CopyProjectVersionInput{SourceProjectArn: source, SourceProjectVersionArn: version,
		DestinationProjectArn: destination, VersionName: aws.String(name), OutputConfig: output}
}

func policy(principal string) *string {
	return aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + principal +
		`"},"Action":"rekognition:CopyProjectVersion","Resource":"*"}]}`)
}

func share(owner *rekognition.Client, source *string) {
	put := &rekognition.PutProjectPolicyInput{ProjectArn: source, PolicyName: aws.String("share"),
		PolicyDocument: policy("arn:aws:iam::555555555555:root")}
	first, err := owner.PutProjectPolicy(ctx, put)
	revision := must("put a policy", first, err).PolicyRevisionId
	check("its revision", regexp.MustCompile("^[0-9A-Fa-f]+$").MatchString(aws.ToString(revision)), aws.ToString(revision))
	_, err = owner.PutProjectPolicy(ctx, put)
	raises[*types.ResourceAlreadyExistsException]("put it again", err)
	put.PolicyRevisionId = revision
	_, err = owner.PutProjectPolicy(ctx, put)
	check("put it by its revision", err == nil, err)
	_, err = owner.PutProjectPolicy(ctx, put)
	raises[*types.InvalidPolicyRevisionIdException]("put it by an old revision", err)
	_, err = owner.PutProjectPolicy(ctx, &rekognition.PutProjectPolicyInput{ProjectArn: source, PolicyName: aws.String("bad"),
		PolicyDocument: aws.String("{}")})
	raises[*types.MalformedPolicyDocumentException]("a malformed policy", err)
	pages := rekognition.NewListProjectPoliciesPaginator(owner, &rekognition.ListProjectPoliciesInput{ProjectArn: source, MaxResults: aws.Int32(1)})
	count := 0
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			break
		}
		count += len(page.ProjectPolicies)
	}
	check("list policies", count == 1, count)
}

func copies(owner, other *rekognition.Client, source, version *string) {
	_, err := owner.CopyProjectVersion(ctx, copyParams(source, version, source, "inside"))
	check("copy inside", err == nil, err)
	copied := becomes("copied inside", owner, source, "inside", types.ProjectVersionStatusCopyingCompleted)
	check("its source", aws.ToString(copied.SourceProjectVersionArn) == aws.ToString(version), copied)
	_, err = owner.CopyProjectVersion(ctx, copyParams(source, version, source, "inside"))
	raises[*types.ResourceInUseException]("copy to a name that is taken", err)
	there := project("DestinationProject", other)
	_, err = other.CopyProjectVersion(ctx, copyParams(source, version, there, "across"))
	raises[*types.AccessDeniedException]("copy without a policy", err)
	share(owner, source)
	_, err = other.CopyProjectVersion(ctx, copyParams(source, version, there, "across"))
	check("copy across", err == nil, err)
	copied = becomes("copied across", other, there, "across", types.ProjectVersionStatusCopyingCompleted)
	check("its results", copied.EvaluationResult != nil && copied.TrainingDataResult == nil, copied)
	_, err = owner.DeleteProjectPolicy(ctx, &rekognition.DeleteProjectPolicyInput{ProjectArn: source, PolicyName: aws.String("share")})
	check("delete the policy", err == nil, err)
}

func png() []byte {
	var image bytes.Buffer
	image.WriteString("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
	_ = binary.Write(&image, binary.BigEndian, []uint32{640, 480})
	image.WriteString("\x08\x02\x00\x00\x00")
	return image.Bytes()
}

func run(owner *rekognition.Client, source, version *string) {
	_, err := owner.StartProjectVersion(ctx, &rekognition.StartProjectVersionInput{ProjectVersionArn: version, MinInferenceUnits: aws.Int32(1)})
	check("start", err == nil, err)
	waiter := rekognition.NewProjectVersionRunningWaiter(owner)
	err = waiter.Wait(ctx, &rekognition.DescribeProjectVersionsInput{ProjectArn: source, VersionNames: []string{"model_1"}},
		30*time.Second, func(o *rekognition.ProjectVersionRunningWaiterOptions) {
			o.MinDelay, o.MaxDelay = 100*time.Millisecond, 200*time.Millisecond
		})
	check("wait until it runs", err == nil, err)
	found, err := owner.DetectCustomLabels(ctx, &rekognition.DetectCustomLabelsInput{ProjectVersionArn: version,
		Image: &types.Image{Bytes: png()}, MinConfidence: aws.Float32(0)})
	check("detect", err == nil && len(found.CustomLabels) == 3 && found.CustomLabels[0].Name != nil, err)
	_, err = owner.StopProjectVersion(ctx, &rekognition.StopProjectVersionInput{ProjectVersionArn: version})
	check("stop", err == nil, err)
	becomes("stopped", owner, source, "model_1", types.ProjectVersionStatusStopped)
}

func faults(owner *rekognition.Client, source *string, url string) {
	_, err := owner.DescribeProjectVersions(ctx, &rekognition.DescribeProjectVersionsInput{ProjectArn: aws.String(*source + "0")})
	raises[*types.ResourceNotFoundException]("no such project", err)
	_, err = owner.DescribeProjects(ctx, &rekognition.DescribeProjectsInput{NextToken: aws.String("nonsense")})
	raises[*types.InvalidPaginationTokenException]("a bad token", err)
	_, err = owner.CreateProject(ctx, &rekognition.CreateProjectInput{ProjectName: aws.String("no blanks")})
	raisesCode("a bad name", "ValidationException", err)
	_, err = client(url, "AKIAEMULATOR00000001", "wrong").DescribeProjects(ctx, &rekognition.DescribeProjectsInput{})
	raisesCode("a wrong secret", "InvalidSignatureException", err)
}

func remove(owner *rekognition.Client, source *string) {
	for _, name := range []string{"inside", "model_1"} {
		found := describe(owner, source, name)
		_, err := owner.DeleteProjectVersion(ctx, &rekognition.DeleteProjectVersionInput{ProjectVersionArn: found.ProjectVersionArn})
		check("delete "+name, err == nil, err)
		for i := 0; i < 600 && describe(owner, source, name) != nil; i++ {
			time.Sleep(50 * time.Millisecond)
		}
	}
	deleted, err := owner.DeleteProject(ctx, &rekognition.DeleteProjectInput{ProjectArn: source})
	check("delete the project", err == nil && deleted.Status == types.ProjectStatusDeleting, err)
}

func main() {
	url := os.Args[1]
	owner := client(url, "AKIAEMULATOR00000001", "emulator-secret-of-111122223333")
	other := client(url, "AKIAEMULATOR00000002", "emulator-secret-of-555555555555")
	source := project("SourceProject", owner)
	_, err := owner.CreateProject(ctx, &rekognition.CreateProjectInput{ProjectName: aws.String("SourceProject")})
	raises[*types.ResourceInUseException]("a project's name that is taken", err)
	version := train(owner, source)
	copies(owner, other, source, version)
	run(owner, source, version)
	_, err = owner.TagResource(ctx, &rekognition.TagResourceInput{ResourceArn: version, Tags: map[string]string{"owner": "café"}})
	check("tag", err == nil, err)
	tags, err := owner.ListTagsForResource(ctx, &rekognition.ListTagsForResourceInput{ResourceArn: version})
	check("list tags", err == nil && reflect.DeepEqual(tags.Tags, map[string]string{"owner": "café", "stage": "one"}), err)
	faults(owner, source, url)
	remove(owner, source)
	fmt.Printf("copy flow by AWS's SDK for Go: %d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}
