#compdef rekognition

_rekognition() {
  local context state state_descr line
  typeset -A opt_args

  local -a options=(
    {-h,--help}"[Show this help message and exit]"
    "--version[Show the version, and exit]"
  )
  _arguments -s -S \
    $options \
    ": :_rekognition_cmds" \
    "*:: :->args" \
    && return 0

  case $words[1] in
    copy)
      options=(
        $options
        {-h,--help}"[Show this help message and exit]"
        "--source-project[The project that has the model\: its name, or its ARN]: :_files"
        "--source-version[The version to copy\: its name, or its ARN]: :_files"
        "--destination-project[The project that gets the copy\: its name, or its ARN]: :_files"
        "--create-project[Create the destination project if there is none of that name]"
        "--version-name[The copy's name]: :_files"
        "--bucket[Bucket of the destination's account that gets the training results]: :_files"
        "--prefix[Folder in the bucket]: :_files"
        "--kms-key[Key that encrypts the copy\: its id, or its ARN]: :_files"
        "*--tag[A tag of the copy]: :_files"
        "--role[Allow only this role of the destination's account to copy, not all of it]: :_files"
        "--source-profile[Profile of the source's account]: :_files"
        "--destination-profile[Profile of the destination's account]: :_files"
        "--no-source[Don't use the source's account\: it attaches the policy itself]"
        "--remove-policy[Take this copy out of the policy when it is complete]"
        "--replace-failed[Delete a failed copy that has the name]"
        "--plan[A plan of copies, JSON]: :_files"
        "--journal[With --plan\: where a killed apply finds what it had begun]: :_files"
        "--timeout[How long everything may take]: :_files"
        "--delay[Time between two looks, such as 10 or 1m]: :_files"
        "--profile[Profile of the shared AWS files]: :_files"
        "--region[AWS region]: :_files"
        "--endpoint-url[Where to send requests, such as the emulator's http\://127.0.0.1\:4566]: :_files"
        "--output[table for people, json as one document, jsonl as one line for each item]: :(table json jsonl)"
        "--quiet[No progress]"
        "--yes[Don't ask before what costs or deletes]"
      )
      _arguments -s -S \
        $options \
        ": :(plan apply check)" \
        && return 0
      ;;

    doctor)
      options=(
        $options
        {-h,--help}"[Show this help message and exit]"
        "--source-project[The project that has the model\: its name, or its ARN]: :_files"
        "--source-version[The version to copy\: its name, or its ARN]: :_files"
        "--destination-project[The project that gets the copy\: its name, or its ARN]: :_files"
        "--create-project[Create the destination project if there is none of that name]"
        "--version-name[The copy's name]: :_files"
        "--bucket[Bucket of the destination's account that gets the training results]: :_files"
        "--prefix[Folder in the bucket]: :_files"
        "--kms-key[Key that encrypts the copy\: its id, or its ARN]: :_files"
        "*--tag[A tag of the copy]: :_files"
        "--role[Allow only this role of the destination's account to copy, not all of it]: :_files"
        "--source-profile[Profile of the source's account]: :_files"
        "--destination-profile[Profile of the destination's account]: :_files"
        "--no-source[Don't use the source's account\: it attaches the policy itself]"
        "--profile[Profile of the shared AWS files]: :_files"
        "--region[AWS region]: :_files"
        "--endpoint-url[Where to send requests, such as the emulator's http\://127.0.0.1\:4566]: :_files"
        "--output[table for people, json as one document, jsonl as one line for each item]: :(table json jsonl)"
        "--quiet[No progress]"
      )
      _arguments -s -S \
        $options \
        && return 0
      ;;

    models)
      options=(
        $options
        {-h,--help}"[Show this help message and exit]"
        "--profile[Profile of the shared AWS files]: :_files"
        "--profiles[Several profiles instead of one]: :_files"
        "--region[AWS region]: :_files"
        "--all-regions[All regions that have Amazon Rekognition, instead of one]"
        "*--project[Only this project]: :_files"
        "--running[Only what is starting, running or stopping]"
        "--arn[Show ARNs in the table]"
        "--no-cloudwatch[Don't ask CloudWatch since when a model runs]"
        "--price-per-hour[What an hour of one inference unit costs you]: :_files"
        "--journal[Journal of started models]: :_files"
        "--endpoint-url[Where to send requests, such as the emulator's http\://127.0.0.1\:4566]: :_files"
        "--output[table for people, json as one document, jsonl as one line for each item]: :(table json jsonl)"
        "--quiet[No progress]"
      )
      _arguments -s -S \
        $options \
        && return 0
      ;;

    run)
      options=(
        $options
        {-h,--help}"[Show this help message and exit]"
        "--version[The version's ARN, or PROJECT/VERSION]: :_files"
        "--max-hours[End COMMAND and stop the model after this]: :_files"
        "--max-cost[End COMMAND and stop the model when it has cost this, by --price-per-hour]: :_files"
        "--grace[How long COMMAND may take to end when it is told to]: :_files"
        "--use-running[Use the model where someone else has it running, and leave it running]"
        "--min-units[Inference units]: :_files"
        "--max-units[Let AWS scale up to so many inference units]: :_files"
        "--price-per-hour[What an hour of one inference unit costs you]: :_files"
        "--journal[Journal of started models]: :_files"
        "--timeout[How long the start may take]: :_files"
        "--delay[Time between two looks, such as 10 or 1m]: :_files"
        "--profile[Profile of the shared AWS files]: :_files"
        "--region[AWS region]: :_files"
        "--endpoint-url[Where to send requests, such as the emulator's http\://127.0.0.1\:4566]: :_files"
        "--output[table for people, json as one document, jsonl as one line for each item]: :(table json jsonl)"
        "--quiet[No progress]"
        "--yes[Don't ask before what costs or deletes]"
      )
      _arguments -s -S \
        $options \
        "*: :_files" \
        && return 0
      ;;

    start)
      options=(
        $options
        {-h,--help}"[Show this help message and exit]"
        "--no-wait[Don't wait until it runs]"
        "--min-units[Inference units]: :_files"
        "--max-units[Let AWS scale up to so many inference units]: :_files"
        "--price-per-hour[What an hour of one inference unit costs you]: :_files"
        "--journal[Journal of started models]: :_files"
        "--timeout[How long the start may take]: :_files"
        "--delay[Time between two looks, such as 10 or 1m]: :_files"
        "--profile[Profile of the shared AWS files]: :_files"
        "--region[AWS region]: :_files"
        "--endpoint-url[Where to send requests, such as the emulator's http\://127.0.0.1\:4566]: :_files"
        "--output[table for people, json as one document, jsonl as one line for each item]: :(table json jsonl)"
        "--quiet[No progress]"
        "--yes[Don't ask before what costs or deletes]"
      )
      _arguments -s -S \
        $options \
        ": :_files" \
        && return 0
      ;;

    stop)
      options=(
        $options
        {-h,--help}"[Show this help message and exit]"
        "--mine[What the journal has\: started here by \`start\` or \`run\`, or by run_model, and not stopped since]"
        "--journal[Journal of started models]: :_files"
        "--older-than[What runs for longer than this, such as 2h, whoever started it]: :_files"
        "--timeout[How long a stop may take]: :_files"
        "--delay[Time between two looks, such as 10 or 1m]: :_files"
        "--profile[Profile of the shared AWS files]: :_files"
        "--region[AWS region]: :_files"
        "--endpoint-url[Where to send requests, such as the emulator's http\://127.0.0.1\:4566]: :_files"
        "--output[table for people, json as one document, jsonl as one line for each item]: :(table json jsonl)"
        "--quiet[No progress]"
        "--yes[Don't ask before what costs or deletes]"
      )
      _arguments -s -S \
        $options \
        "*: :_files" \
        && return 0
      ;;

    wait)
      options=(
        $options
        {-h,--help}"[Show this help message and exit]"
        "--delay[Time between two looks, such as 10 or 1m]: :_files"
        "--timeout[How long to wait]: :_files"
        "--profile[Profile of the shared AWS files]: :_files"
        "--region[AWS region]: :_files"
        "--endpoint-url[Where to send requests, such as the emulator's http\://127.0.0.1\:4566]: :_files"
        "--output[table for people, json as one document, jsonl as one line for each item]: :(table json jsonl)"
        "--quiet[No progress]"
      )
      _arguments -s -S \
        $options \
        ": :(copied trained running stopped deleted dataset_created dataset_deleted dataset_updated project_created project_deleted)" \
        ": :_files" \
        && return 0
      ;;

    policy)
      options=(
        $options
        {-h,--help}"[Show this help message and exit]"
      )
      _arguments -s -S \
        $options \
        ": :_rekognition_policy_cmds" \
        "*:: :->args" \
        && return 0

      case $words[1] in
        check)
          options=(
            $options
            {-h,--help}"[Show this help message and exit]"
            "--kind[What kind of policy it is]: :(project identity trust)"
            "--output[table for people, json as one document, jsonl as one line for each item]: :(table json jsonl)"
          )
          _arguments -s -S \
            $options \
            ": :_files" \
            && return 0
          ;;

        build)
          options=(
            $options
            {-h,--help}"[Show this help message and exit]"
            "--account[The account that may copy]: :_files"
            "*--version[The version's ARN, or a pattern]: :_files"
            "--role[Only this role of the account, a name or an ARN]: :_files"
            "--sid[The statement's name\: letters and digits]: :_files"
          )
          _arguments -s -S \
            $options \
            && return 0
          ;;

        explain)
          options=(
            $options
            {-h,--help}"[Show this help message and exit]"
            "--output[table for people, json as one document, jsonl as one line for each item]: :(table json jsonl)"
          )
          _arguments -s -S \
            $options \
            ": :_files" \
            && return 0
          ;;

      esac
      ;;

    call)
      options=(
        $options
        {-h,--help}"[Show this help message and exit]"
        "--list[Print the names of all operations instead]"
        "--describe[Print the operation's parameters instead]"
        "--params[Parameters\: a JSON object, @FILE, or - for the input]: :_files"
        "*--blob[Put a file's bytes into a member, such as Image.Bytes=photo.jpg]: :_files"
        "--page[Follow the response's token through all pages]"
        "--profile[Profile of the shared AWS files]: :_files"
        "--region[AWS region]: :_files"
        "--endpoint-url[Where to send requests, such as the emulator's http\://127.0.0.1\:4566]: :_files"
        "--output[table for people, json as one document, jsonl as one line for each item]: :(table json jsonl)"
        "--quiet[No progress]"
        "--yes[Don't ask before what costs or deletes]"
      )
      _arguments -s -S \
        $options \
        ": :(AssociateFaces CompareFaces CopyProjectVersion CreateCollection CreateDataset CreateFaceLivenessSession CreateProject CreateProjectVersion CreateStreamProcessor CreateUser DeleteCollection DeleteDataset DeleteFaces DeleteProject DeleteProjectPolicy DeleteProjectVersion DeleteStreamProcessor DeleteUser DescribeCollection DescribeDataset DescribeProjectVersions DescribeProjects DescribeStreamProcessor DetectCustomLabels DetectFaces DetectLabels DetectModerationLabels DetectProtectiveEquipment DetectText DisassociateFaces DistributeDatasetEntries GetCelebrityInfo GetCelebrityRecognition GetContentModeration GetFaceDetection GetFaceLivenessSessionResults GetFaceSearch GetLabelDetection GetMediaAnalysisJob GetPersonTracking GetSegmentDetection GetTextDetection IndexFaces ListCollections ListDatasetEntries ListDatasetLabels ListFaces ListMediaAnalysisJobs ListProjectPolicies ListStreamProcessors ListTagsForResource ListUsers PutProjectPolicy RecognizeCelebrities SearchFaces SearchFacesByImage SearchUsers SearchUsersByImage StartCelebrityRecognition StartContentModeration StartFaceDetection StartFaceSearch StartLabelDetection StartMediaAnalysisJob StartPersonTracking StartProjectVersion StartSegmentDetection StartStreamProcessor StartTextDetection StopProjectVersion StopStreamProcessor TagResource UntagResource UpdateDatasetEntries UpdateStreamProcessor)" \
        && return 0
      ;;

    presign)
      options=(
        $options
        {-h,--help}"[Show this help message and exit]"
        "--params[Parameters\: a JSON object, @FILE, or - for the input]: :_files"
        "*--blob[Put a file's bytes into a member, such as Image.Bytes=photo.jpg]: :_files"
        "--expires[How long it can be sent, such as 15m]: :_files"
        "--profile[Profile of the shared AWS files]: :_files"
        "--region[AWS region]: :_files"
        "--endpoint-url[Where to send requests, such as the emulator's http\://127.0.0.1\:4566]: :_files"
        "--output[table for people, json as one document, jsonl as one line for each item]: :(table json jsonl)"
      )
      _arguments -s -S \
        $options \
        ": :(AssociateFaces CompareFaces CopyProjectVersion CreateCollection CreateDataset CreateFaceLivenessSession CreateProject CreateProjectVersion CreateStreamProcessor CreateUser DeleteCollection DeleteDataset DeleteFaces DeleteProject DeleteProjectPolicy DeleteProjectVersion DeleteStreamProcessor DeleteUser DescribeCollection DescribeDataset DescribeProjectVersions DescribeProjects DescribeStreamProcessor DetectCustomLabels DetectFaces DetectLabels DetectModerationLabels DetectProtectiveEquipment DetectText DisassociateFaces DistributeDatasetEntries GetCelebrityInfo GetCelebrityRecognition GetContentModeration GetFaceDetection GetFaceLivenessSessionResults GetFaceSearch GetLabelDetection GetMediaAnalysisJob GetPersonTracking GetSegmentDetection GetTextDetection IndexFaces ListCollections ListDatasetEntries ListDatasetLabels ListFaces ListMediaAnalysisJobs ListProjectPolicies ListStreamProcessors ListTagsForResource ListUsers PutProjectPolicy RecognizeCelebrities SearchFaces SearchFacesByImage SearchUsers SearchUsersByImage StartCelebrityRecognition StartContentModeration StartFaceDetection StartFaceSearch StartLabelDetection StartMediaAnalysisJob StartPersonTracking StartProjectVersion StartSegmentDetection StartStreamProcessor StartTextDetection StopProjectVersion StopStreamProcessor TagResource UntagResource UpdateDatasetEntries UpdateStreamProcessor)" \
        && return 0
      ;;

    emulator)
      options=(
        $options
        {-h,--help}"[Show this help message and exit]"
      )
      _arguments -s -S \
        $options \
        "*: :_files" \
        && return 0
      ;;

    completion)
      options=(
        $options
        {-h,--help}"[Show this help message and exit]"
      )
      _arguments -s -S \
        $options \
        ": :(bash zsh fish)" \
        && return 0
      ;;

  esac

  return 1
}

_rekognition_cmds() {
  local -a commands=(
    "copy:Copy a model to another project or account, or carry out a plan of copies"
    "doctor:Say why a copy is refused, and what to attach where"
    "models:List models: state, age, cost, quotas"
    "run:Run a command while a model runs, and stop the model whatever comes of it"
    "start:Start a model, and wait until it runs"
    "stop:Stop models, and wait until they are stopped"
    "wait:Wait until a model, dataset or project has reached a state"
    "policy:Check, build and explain project policies"
    "call:Call any operation of Amazon Rekognition"
    "presign:Make a signed request that someone else can send"
    "emulator:Serve Custom Labels on this machine, for tests and for learning"
    "completion:Print the completion script of a shell"
  )
  _describe "command" commands
}

_rekognition_policy_cmds() {
  local -a commands=(
    "check:Check a policy document by AWS's rules"
    "build:Write a policy that lets an account copy a version"
    "explain:Say in sentences what a policy allows"
  )
  _describe "command" commands
}

_rekognition
