// A copy across accounts against the emulator: go test and AWS's SDK for Go.
//
//	go get github.com/aws/aws-sdk-go-v2/aws github.com/aws/aws-sdk-go-v2/service/rekognition
//	go get github.com/aws/aws-sdk-go-v2/credentials
//	go test ./...
//
// REKOGNITION_EMULATOR names the command, if it isn't on PATH.
package emulator

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/rekognition"
	"github.com/aws/aws-sdk-go-v2/service/rekognition/types"
)

var url string

func TestMain(m *testing.M) {
	name := os.Getenv("REKOGNITION_EMULATOR")
	if name == "" {
		name = "rekognition-emulator"
	}
	words := append(strings.Fields(name), "--train-seconds", "0", "--copy-seconds", "0")
	emulator := exec.Command(words[0], words[1:]...)
	emulator.Stderr = os.Stderr
	output, err := emulator.StdoutPipe()
	if err == nil {
		err = emulator.Start()
	}
	if err != nil {
		panic(err)
	}
	line, err := bufio.NewReader(output).ReadString('\n') // "rekognition-emulator listens on http://..."
	if err != nil {
		panic(err)
	}
	fields := strings.Fields(line)
	url = fields[len(fields)-1]
	code := m.Run()
	emulator.Process.Signal(os.Interrupt)
	emulator.Wait()
	os.Exit(code)
}

func client(number int, account string) *rekognition.Client {
	return rekognition.New(rekognition.Options{
		BaseEndpoint: aws.String(url), Region: "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider(
			fmt.Sprintf("AKIAEMULATOR%08d", number), "emulator-secret-of-"+account, ""),
	})
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func TestACopyNeedsAPolicy(t *testing.T) {
	must(http.Post(url+"/_emulator/reset", "application/json", nil))
	ctx, bucket := context.Background(), aws.String("any-bucket")
	source, destination := client(1, "111122223333"), client(2, "555555555555")
	output := &types.OutputConfig{S3Bucket: bucket}
	project := must(source.CreateProject(ctx, &rekognition.CreateProjectInput{ProjectName: aws.String("birds")})).ProjectArn
	version := must(source.CreateProjectVersion(ctx, &rekognition.CreateProjectVersionInput{
		ProjectArn: project, VersionName: aws.String("v1"), OutputConfig: output,
		TrainingData: &types.TrainingData{Assets: []types.Asset{{GroundTruthManifest: &types.GroundTruthManifest{
			S3Object: &types.S3Object{Bucket: bucket, Name: aws.String("train.manifest")}}}}},
		TestingData: &types.TestingData{AutoCreate: true},
	})).ProjectVersionArn
	there := must(destination.CreateProject(ctx, &rekognition.CreateProjectInput{ProjectName: aws.String("copies")})).ProjectArn
	params := &rekognition.CopyProjectVersionInput{SourceProjectArn: project, SourceProjectVersionArn: version,
		DestinationProjectArn: there, VersionName: aws.String("c1"), OutputConfig: output}
	var denied *types.AccessDeniedException
	if _, err := destination.CopyProjectVersion(ctx, params); !errors.As(err, &denied) {
		t.Fatalf("a copy without a policy: %v", err)
	}
	policy := fmt.Sprintf(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
		"Principal": {"AWS": "arn:aws:iam::555555555555:root"},
		"Action": "rekognition:CopyProjectVersion", "Resource": "%s"}]}`, *version)
	must(source.PutProjectPolicy(ctx, &rekognition.PutProjectPolicyInput{ProjectArn: project,
		PolicyName: aws.String("share"), PolicyDocument: &policy}))
	must(destination.CopyProjectVersion(ctx, params))
	found := must(destination.DescribeProjectVersions(ctx, &rekognition.DescribeProjectVersionsInput{ProjectArn: there}))
	if status := found.ProjectVersionDescriptions[0].Status; status != types.ProjectVersionStatusCopyingCompleted {
		t.Fatalf("the copy is %s", status)
	}
}
