function __fish_rekognition_print_command
    set -l cmdline (commandline -poc)
    set -l cmd
    set -e cmdline[1]
    for arg in $cmdline
        switch $arg
            case copy
                set cmd $cmd copy
                break
            case doctor
                set cmd $cmd doctor
                break
            case models
                set cmd $cmd models
                break
            case run
                set cmd $cmd run
                break
            case start
                set cmd $cmd start
                break
            case stop
                set cmd $cmd stop
                break
            case wait
                set cmd $cmd wait
                break
            case policy
                set cmd $cmd policy
                set -e cmdline[1]
                for arg in $cmdline
                    switch $arg
                        case check
                            set cmd $cmd check
                            break
                        case build
                            set cmd $cmd build
                            break
                        case explain
                            set cmd $cmd explain
                            break
                    end
                end
                break
            case call
                set cmd $cmd call
                break
            case presign
                set cmd $cmd presign
                break
            case emulator
                set cmd $cmd emulator
                break
            case completion
                set cmd $cmd completion
                break
        end
    end
    echo "$cmd"
end

function __fish_rekognition_using_command
    test (__fish_rekognition_print_command) = "$argv"
    and return 0
    or return 1
end

function __fish_rekognition_seen_command
    string match -q "$argv*" (__fish_rekognition_print_command)
    and return 0
    or return 1
end

complete -c rekognition -n '__fish_rekognition_using_command' -xa 'copy' -d 'Copy a model to another project or account, or carry out a plan of copies'
complete -c rekognition -n '__fish_rekognition_using_command' -xa 'doctor' -d 'Say why a copy is refused, and what to attach where'
complete -c rekognition -n '__fish_rekognition_using_command' -xa 'models' -d 'List models: state, age, cost, quotas'
complete -c rekognition -n '__fish_rekognition_using_command' -xa 'run' -d 'Run a command while a model runs, and stop the model whatever comes of it'
complete -c rekognition -n '__fish_rekognition_using_command' -xa 'start' -d 'Start a model, and wait until it runs'
complete -c rekognition -n '__fish_rekognition_using_command' -xa 'stop' -d 'Stop models, and wait until they are stopped'
complete -c rekognition -n '__fish_rekognition_using_command' -xa 'wait' -d 'Wait until a model, dataset or project has reached a state'
complete -c rekognition -n '__fish_rekognition_using_command' -xa 'policy' -d 'Check, build and explain project policies'
complete -c rekognition -n '__fish_rekognition_using_command' -xa 'call' -d 'Call any operation of Amazon Rekognition'
complete -c rekognition -n '__fish_rekognition_using_command' -xa 'presign' -d 'Make a signed request that someone else can send'
complete -c rekognition -n '__fish_rekognition_using_command' -xa 'emulator' -d 'Serve Custom Labels on this machine, for tests and for learning'
complete -c rekognition -n '__fish_rekognition_using_command' -xa 'completion' -d 'Print the completion script of a shell'
complete -c rekognition -s h -l help -d 'Show this help message and exit'
complete -c rekognition -l version -d 'Show the version, and exit'

complete -c rekognition -n '__fish_rekognition_seen_command copy' -s h -l help -d 'Show this help message and exit'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l source-project -r -d 'The project that has the model: its name, or its ARN'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l source-version -r -d 'The version to copy: its name, or its ARN'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l destination-project -r -d 'The project that gets the copy: its name, or its ARN'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l create-project -d 'Create the destination project if there is none of that name'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l version-name -r -d 'The copy\'s name'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l bucket -r -d 'Bucket of the destination\'s account that gets the training results'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l prefix -r -d 'Folder in the bucket'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l kms-key -r -d 'Key that encrypts the copy: its id, or its ARN'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l tag -r -d 'A tag of the copy'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l role -r -d 'Allow only this role of the destination\'s account to copy, not all of it'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l source-profile -r -d 'Profile of the source\'s account'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l destination-profile -r -d 'Profile of the destination\'s account'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l no-source -d 'Don\'t use the source\'s account: it attaches the policy itself'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l remove-policy -d 'Take this copy out of the policy when it is complete'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l replace-failed -d 'Delete a failed copy that has the name'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l plan -r -d 'A plan of copies, JSON'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l journal -r -d 'With --plan: where a killed apply finds what it had begun'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l timeout -r -d 'How long everything may take'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l delay -r -d 'Time between two looks, such as 10 or 1m'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l profile -r -d 'Profile of the shared AWS files'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l region -r -d 'AWS region'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l endpoint-url -r -d 'Where to send requests, such as the emulator\'s http://127.0.0.1:4566'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l output -xa 'table json jsonl' -d 'table for people, json as one document, jsonl as one line for each item'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l quiet -d 'No progress'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -l yes -d 'Don\'t ask before what costs or deletes'

complete -c rekognition -n '__fish_rekognition_seen_command doctor' -s h -l help -d 'Show this help message and exit'
complete -c rekognition -n '__fish_rekognition_seen_command doctor' -l source-project -r -d 'The project that has the model: its name, or its ARN'
complete -c rekognition -n '__fish_rekognition_seen_command doctor' -l source-version -r -d 'The version to copy: its name, or its ARN'
complete -c rekognition -n '__fish_rekognition_seen_command doctor' -l destination-project -r -d 'The project that gets the copy: its name, or its ARN'
complete -c rekognition -n '__fish_rekognition_seen_command doctor' -l create-project -d 'Create the destination project if there is none of that name'
complete -c rekognition -n '__fish_rekognition_seen_command doctor' -l version-name -r -d 'The copy\'s name'
complete -c rekognition -n '__fish_rekognition_seen_command doctor' -l bucket -r -d 'Bucket of the destination\'s account that gets the training results'
complete -c rekognition -n '__fish_rekognition_seen_command doctor' -l prefix -r -d 'Folder in the bucket'
complete -c rekognition -n '__fish_rekognition_seen_command doctor' -l kms-key -r -d 'Key that encrypts the copy: its id, or its ARN'
complete -c rekognition -n '__fish_rekognition_seen_command doctor' -l tag -r -d 'A tag of the copy'
complete -c rekognition -n '__fish_rekognition_seen_command doctor' -l role -r -d 'Allow only this role of the destination\'s account to copy, not all of it'
complete -c rekognition -n '__fish_rekognition_seen_command doctor' -l source-profile -r -d 'Profile of the source\'s account'
complete -c rekognition -n '__fish_rekognition_seen_command doctor' -l destination-profile -r -d 'Profile of the destination\'s account'
complete -c rekognition -n '__fish_rekognition_seen_command doctor' -l no-source -d 'Don\'t use the source\'s account: it attaches the policy itself'
complete -c rekognition -n '__fish_rekognition_seen_command doctor' -l profile -r -d 'Profile of the shared AWS files'
complete -c rekognition -n '__fish_rekognition_seen_command doctor' -l region -r -d 'AWS region'
complete -c rekognition -n '__fish_rekognition_seen_command doctor' -l endpoint-url -r -d 'Where to send requests, such as the emulator\'s http://127.0.0.1:4566'
complete -c rekognition -n '__fish_rekognition_seen_command doctor' -l output -xa 'table json jsonl' -d 'table for people, json as one document, jsonl as one line for each item'
complete -c rekognition -n '__fish_rekognition_seen_command doctor' -l quiet -d 'No progress'

complete -c rekognition -n '__fish_rekognition_seen_command models' -s h -l help -d 'Show this help message and exit'
complete -c rekognition -n '__fish_rekognition_seen_command models' -l profile -r -d 'Profile of the shared AWS files'
complete -c rekognition -n '__fish_rekognition_seen_command models' -l profiles -r -d 'Several profiles instead of one'
complete -c rekognition -n '__fish_rekognition_seen_command models' -l region -r -d 'AWS region'
complete -c rekognition -n '__fish_rekognition_seen_command models' -l all-regions -d 'All regions that have Amazon Rekognition, instead of one'
complete -c rekognition -n '__fish_rekognition_seen_command models' -l project -r -d 'Only this project'
complete -c rekognition -n '__fish_rekognition_seen_command models' -l running -d 'Only what is starting, running or stopping'
complete -c rekognition -n '__fish_rekognition_seen_command models' -l arn -d 'Show ARNs in the table'
complete -c rekognition -n '__fish_rekognition_seen_command models' -l no-cloudwatch -d 'Don\'t ask CloudWatch since when a model runs'
complete -c rekognition -n '__fish_rekognition_seen_command models' -l price-per-hour -r -d 'What an hour of one inference unit costs you'
complete -c rekognition -n '__fish_rekognition_seen_command models' -l journal -r -d 'Journal of started models'
complete -c rekognition -n '__fish_rekognition_seen_command models' -l endpoint-url -r -d 'Where to send requests, such as the emulator\'s http://127.0.0.1:4566'
complete -c rekognition -n '__fish_rekognition_seen_command models' -l output -xa 'table json jsonl' -d 'table for people, json as one document, jsonl as one line for each item'
complete -c rekognition -n '__fish_rekognition_seen_command models' -l quiet -d 'No progress'

complete -c rekognition -n '__fish_rekognition_seen_command run' -s h -l help -d 'Show this help message and exit'
complete -c rekognition -n '__fish_rekognition_seen_command run' -l version -r -d 'The version\'s ARN, or PROJECT/VERSION'
complete -c rekognition -n '__fish_rekognition_seen_command run' -l max-hours -r -d 'End COMMAND and stop the model after this'
complete -c rekognition -n '__fish_rekognition_seen_command run' -l max-cost -r -d 'End COMMAND and stop the model when it has cost this, by --price-per-hour'
complete -c rekognition -n '__fish_rekognition_seen_command run' -l grace -r -d 'How long COMMAND may take to end when it is told to'
complete -c rekognition -n '__fish_rekognition_seen_command run' -l use-running -d 'Use the model where someone else has it running, and leave it running'
complete -c rekognition -n '__fish_rekognition_seen_command run' -l min-units -r -d 'Inference units'
complete -c rekognition -n '__fish_rekognition_seen_command run' -l max-units -r -d 'Let AWS scale up to so many inference units'
complete -c rekognition -n '__fish_rekognition_seen_command run' -l price-per-hour -r -d 'What an hour of one inference unit costs you'
complete -c rekognition -n '__fish_rekognition_seen_command run' -l journal -r -d 'Journal of started models'
complete -c rekognition -n '__fish_rekognition_seen_command run' -l timeout -r -d 'How long the start may take'
complete -c rekognition -n '__fish_rekognition_seen_command run' -l delay -r -d 'Time between two looks, such as 10 or 1m'
complete -c rekognition -n '__fish_rekognition_seen_command run' -l profile -r -d 'Profile of the shared AWS files'
complete -c rekognition -n '__fish_rekognition_seen_command run' -l region -r -d 'AWS region'
complete -c rekognition -n '__fish_rekognition_seen_command run' -l endpoint-url -r -d 'Where to send requests, such as the emulator\'s http://127.0.0.1:4566'
complete -c rekognition -n '__fish_rekognition_seen_command run' -l output -xa 'table json jsonl' -d 'table for people, json as one document, jsonl as one line for each item'
complete -c rekognition -n '__fish_rekognition_seen_command run' -l quiet -d 'No progress'
complete -c rekognition -n '__fish_rekognition_seen_command run' -l yes -d 'Don\'t ask before what costs or deletes'

complete -c rekognition -n '__fish_rekognition_seen_command start' -s h -l help -d 'Show this help message and exit'
complete -c rekognition -n '__fish_rekognition_seen_command start' -l no-wait -d 'Don\'t wait until it runs'
complete -c rekognition -n '__fish_rekognition_seen_command start' -l min-units -r -d 'Inference units'
complete -c rekognition -n '__fish_rekognition_seen_command start' -l max-units -r -d 'Let AWS scale up to so many inference units'
complete -c rekognition -n '__fish_rekognition_seen_command start' -l price-per-hour -r -d 'What an hour of one inference unit costs you'
complete -c rekognition -n '__fish_rekognition_seen_command start' -l journal -r -d 'Journal of started models'
complete -c rekognition -n '__fish_rekognition_seen_command start' -l timeout -r -d 'How long the start may take'
complete -c rekognition -n '__fish_rekognition_seen_command start' -l delay -r -d 'Time between two looks, such as 10 or 1m'
complete -c rekognition -n '__fish_rekognition_seen_command start' -l profile -r -d 'Profile of the shared AWS files'
complete -c rekognition -n '__fish_rekognition_seen_command start' -l region -r -d 'AWS region'
complete -c rekognition -n '__fish_rekognition_seen_command start' -l endpoint-url -r -d 'Where to send requests, such as the emulator\'s http://127.0.0.1:4566'
complete -c rekognition -n '__fish_rekognition_seen_command start' -l output -xa 'table json jsonl' -d 'table for people, json as one document, jsonl as one line for each item'
complete -c rekognition -n '__fish_rekognition_seen_command start' -l quiet -d 'No progress'
complete -c rekognition -n '__fish_rekognition_seen_command start' -l yes -d 'Don\'t ask before what costs or deletes'

complete -c rekognition -n '__fish_rekognition_seen_command stop' -s h -l help -d 'Show this help message and exit'
complete -c rekognition -n '__fish_rekognition_seen_command stop' -l mine -d 'What the journal has: started here by `start` or `run`, or by run_model, and not stopped since'
complete -c rekognition -n '__fish_rekognition_seen_command stop' -l journal -r -d 'Journal of started models'
complete -c rekognition -n '__fish_rekognition_seen_command stop' -l older-than -r -d 'What runs for longer than this, such as 2h, whoever started it'
complete -c rekognition -n '__fish_rekognition_seen_command stop' -l timeout -r -d 'How long a stop may take'
complete -c rekognition -n '__fish_rekognition_seen_command stop' -l delay -r -d 'Time between two looks, such as 10 or 1m'
complete -c rekognition -n '__fish_rekognition_seen_command stop' -l profile -r -d 'Profile of the shared AWS files'
complete -c rekognition -n '__fish_rekognition_seen_command stop' -l region -r -d 'AWS region'
complete -c rekognition -n '__fish_rekognition_seen_command stop' -l endpoint-url -r -d 'Where to send requests, such as the emulator\'s http://127.0.0.1:4566'
complete -c rekognition -n '__fish_rekognition_seen_command stop' -l output -xa 'table json jsonl' -d 'table for people, json as one document, jsonl as one line for each item'
complete -c rekognition -n '__fish_rekognition_seen_command stop' -l quiet -d 'No progress'
complete -c rekognition -n '__fish_rekognition_seen_command stop' -l yes -d 'Don\'t ask before what costs or deletes'

complete -c rekognition -n '__fish_rekognition_seen_command wait' -s h -l help -d 'Show this help message and exit'
complete -c rekognition -n '__fish_rekognition_seen_command wait' -l delay -r -d 'Time between two looks, such as 10 or 1m'
complete -c rekognition -n '__fish_rekognition_seen_command wait' -l timeout -r -d 'How long to wait'
complete -c rekognition -n '__fish_rekognition_seen_command wait' -l profile -r -d 'Profile of the shared AWS files'
complete -c rekognition -n '__fish_rekognition_seen_command wait' -l region -r -d 'AWS region'
complete -c rekognition -n '__fish_rekognition_seen_command wait' -l endpoint-url -r -d 'Where to send requests, such as the emulator\'s http://127.0.0.1:4566'
complete -c rekognition -n '__fish_rekognition_seen_command wait' -l output -xa 'table json jsonl' -d 'table for people, json as one document, jsonl as one line for each item'
complete -c rekognition -n '__fish_rekognition_seen_command wait' -l quiet -d 'No progress'

complete -c rekognition -n '__fish_rekognition_using_command policy' -xa 'check' -d 'Check a policy document by AWS\'s rules'
complete -c rekognition -n '__fish_rekognition_using_command policy' -xa 'build' -d 'Write a policy that lets an account copy a version'
complete -c rekognition -n '__fish_rekognition_using_command policy' -xa 'explain' -d 'Say in sentences what a policy allows'
complete -c rekognition -n '__fish_rekognition_seen_command policy' -s h -l help -d 'Show this help message and exit'

complete -c rekognition -n '__fish_rekognition_seen_command policy check' -s h -l help -d 'Show this help message and exit'
complete -c rekognition -n '__fish_rekognition_seen_command policy check' -l kind -xa 'project identity trust' -d 'What kind of policy it is'
complete -c rekognition -n '__fish_rekognition_seen_command policy check' -l output -xa 'table json jsonl' -d 'table for people, json as one document, jsonl as one line for each item'

complete -c rekognition -n '__fish_rekognition_seen_command policy build' -s h -l help -d 'Show this help message and exit'
complete -c rekognition -n '__fish_rekognition_seen_command policy build' -l account -r -d 'The account that may copy'
complete -c rekognition -n '__fish_rekognition_seen_command policy build' -l version -r -d 'The version\'s ARN, or a pattern'
complete -c rekognition -n '__fish_rekognition_seen_command policy build' -l role -r -d 'Only this role of the account, a name or an ARN'
complete -c rekognition -n '__fish_rekognition_seen_command policy build' -l sid -r -d 'The statement\'s name: letters and digits'

complete -c rekognition -n '__fish_rekognition_seen_command policy explain' -s h -l help -d 'Show this help message and exit'
complete -c rekognition -n '__fish_rekognition_seen_command policy explain' -l output -xa 'table json jsonl' -d 'table for people, json as one document, jsonl as one line for each item'

complete -c rekognition -n '__fish_rekognition_seen_command call' -s h -l help -d 'Show this help message and exit'
complete -c rekognition -n '__fish_rekognition_seen_command call' -l list -d 'Print the names of all operations instead'
complete -c rekognition -n '__fish_rekognition_seen_command call' -l describe -d 'Print the operation\'s parameters instead'
complete -c rekognition -n '__fish_rekognition_seen_command call' -l params -r -d 'Parameters: a JSON object, @FILE, or - for the input'
complete -c rekognition -n '__fish_rekognition_seen_command call' -l blob -r -d 'Put a file\'s bytes into a member, such as Image.Bytes=photo.jpg'
complete -c rekognition -n '__fish_rekognition_seen_command call' -l page -d 'Follow the response\'s token through all pages'
complete -c rekognition -n '__fish_rekognition_seen_command call' -l profile -r -d 'Profile of the shared AWS files'
complete -c rekognition -n '__fish_rekognition_seen_command call' -l region -r -d 'AWS region'
complete -c rekognition -n '__fish_rekognition_seen_command call' -l endpoint-url -r -d 'Where to send requests, such as the emulator\'s http://127.0.0.1:4566'
complete -c rekognition -n '__fish_rekognition_seen_command call' -l output -xa 'table json jsonl' -d 'table for people, json as one document, jsonl as one line for each item'
complete -c rekognition -n '__fish_rekognition_seen_command call' -l quiet -d 'No progress'
complete -c rekognition -n '__fish_rekognition_seen_command call' -l yes -d 'Don\'t ask before what costs or deletes'

complete -c rekognition -n '__fish_rekognition_seen_command presign' -s h -l help -d 'Show this help message and exit'
complete -c rekognition -n '__fish_rekognition_seen_command presign' -l params -r -d 'Parameters: a JSON object, @FILE, or - for the input'
complete -c rekognition -n '__fish_rekognition_seen_command presign' -l blob -r -d 'Put a file\'s bytes into a member, such as Image.Bytes=photo.jpg'
complete -c rekognition -n '__fish_rekognition_seen_command presign' -l expires -r -d 'How long it can be sent, such as 15m'
complete -c rekognition -n '__fish_rekognition_seen_command presign' -l profile -r -d 'Profile of the shared AWS files'
complete -c rekognition -n '__fish_rekognition_seen_command presign' -l region -r -d 'AWS region'
complete -c rekognition -n '__fish_rekognition_seen_command presign' -l endpoint-url -r -d 'Where to send requests, such as the emulator\'s http://127.0.0.1:4566'
complete -c rekognition -n '__fish_rekognition_seen_command presign' -l output -xa 'table json jsonl' -d 'table for people, json as one document, jsonl as one line for each item'

complete -c rekognition -n '__fish_rekognition_seen_command emulator' -s h -l help -d 'Show this help message and exit'

complete -c rekognition -n '__fish_rekognition_seen_command completion' -s h -l help -d 'Show this help message and exit'
complete -c rekognition -n '__fish_rekognition_seen_command copy' -xa 'plan apply check'
complete -c rekognition -n '__fish_rekognition_seen_command wait' -xa 'copied trained running stopped deleted dataset_created dataset_deleted dataset_updated project_created project_deleted'
complete -c rekognition -n '__fish_rekognition_seen_command call' -xa 'AssociateFaces CompareFaces CopyProjectVersion CreateCollection CreateDataset CreateFaceLivenessSession CreateProject CreateProjectVersion CreateStreamProcessor CreateUser DeleteCollection DeleteDataset DeleteFaces DeleteProject DeleteProjectPolicy DeleteProjectVersion DeleteStreamProcessor DeleteUser DescribeCollection DescribeDataset DescribeProjectVersions DescribeProjects DescribeStreamProcessor DetectCustomLabels DetectFaces DetectLabels DetectModerationLabels DetectProtectiveEquipment DetectText DisassociateFaces DistributeDatasetEntries GetCelebrityInfo GetCelebrityRecognition GetContentModeration GetFaceDetection GetFaceLivenessSessionResults GetFaceSearch GetLabelDetection GetMediaAnalysisJob GetPersonTracking GetSegmentDetection GetTextDetection IndexFaces ListCollections ListDatasetEntries ListDatasetLabels ListFaces ListMediaAnalysisJobs ListProjectPolicies ListStreamProcessors ListTagsForResource ListUsers PutProjectPolicy RecognizeCelebrities SearchFaces SearchFacesByImage SearchUsers SearchUsersByImage StartCelebrityRecognition StartContentModeration StartFaceDetection StartFaceSearch StartLabelDetection StartMediaAnalysisJob StartPersonTracking StartProjectVersion StartSegmentDetection StartStreamProcessor StartTextDetection StopProjectVersion StopStreamProcessor TagResource UntagResource UpdateDatasetEntries UpdateStreamProcessor'
complete -c rekognition -n '__fish_rekognition_seen_command presign' -xa 'AssociateFaces CompareFaces CopyProjectVersion CreateCollection CreateDataset CreateFaceLivenessSession CreateProject CreateProjectVersion CreateStreamProcessor CreateUser DeleteCollection DeleteDataset DeleteFaces DeleteProject DeleteProjectPolicy DeleteProjectVersion DeleteStreamProcessor DeleteUser DescribeCollection DescribeDataset DescribeProjectVersions DescribeProjects DescribeStreamProcessor DetectCustomLabels DetectFaces DetectLabels DetectModerationLabels DetectProtectiveEquipment DetectText DisassociateFaces DistributeDatasetEntries GetCelebrityInfo GetCelebrityRecognition GetContentModeration GetFaceDetection GetFaceLivenessSessionResults GetFaceSearch GetLabelDetection GetMediaAnalysisJob GetPersonTracking GetSegmentDetection GetTextDetection IndexFaces ListCollections ListDatasetEntries ListDatasetLabels ListFaces ListMediaAnalysisJobs ListProjectPolicies ListStreamProcessors ListTagsForResource ListUsers PutProjectPolicy RecognizeCelebrities SearchFaces SearchFacesByImage SearchUsers SearchUsersByImage StartCelebrityRecognition StartContentModeration StartFaceDetection StartFaceSearch StartLabelDetection StartMediaAnalysisJob StartPersonTracking StartProjectVersion StartSegmentDetection StartStreamProcessor StartTextDetection StopProjectVersion StopStreamProcessor TagResource UntagResource UpdateDatasetEntries UpdateStreamProcessor'
complete -c rekognition -n '__fish_rekognition_seen_command completion' -xa 'bash zsh fish'
