_rekognition() {
    local IFS=$' \t\n'
    local args cur prev cmd opts arg
    args=("${COMP_WORDS[@]}")
    cur="${COMP_WORDS[COMP_CWORD]}"
    prev="${COMP_WORDS[COMP_CWORD-1]}"
    opts="-h --help --version"

    args=("${args[@]:1}")
    for arg in "${args[@]}"; do
        case "$arg" in
            copy)
                cmd="copy"
                opts="$opts -h --help --source-project --source-version --destination-project --create-project --version-name --bucket --prefix --kms-key --tag --role --source-profile --destination-profile --no-source --remove-policy --replace-failed --plan --journal --timeout --delay --profile --region --endpoint-url --output --quiet --yes"
                break
                ;;
            doctor)
                cmd="doctor"
                opts="$opts -h --help --source-project --source-version --destination-project --create-project --version-name --bucket --prefix --kms-key --tag --role --source-profile --destination-profile --no-source --profile --region --endpoint-url --output --quiet"
                break
                ;;
            models)
                cmd="models"
                opts="$opts -h --help --profile --profiles --region --all-regions --project --running --arn --no-cloudwatch --price-per-hour --journal --endpoint-url --output --quiet"
                break
                ;;
            run)
                cmd="run"
                opts="$opts -h --help --version --max-hours --max-cost --grace --use-running --min-units --max-units --price-per-hour --journal --timeout --delay --profile --region --endpoint-url --output --quiet --yes"
                break
                ;;
            start)
                cmd="start"
                opts="$opts -h --help --no-wait --min-units --max-units --price-per-hour --journal --timeout --delay --profile --region --endpoint-url --output --quiet --yes"
                break
                ;;
            stop)
                cmd="stop"
                opts="$opts -h --help --mine --journal --older-than --timeout --delay --profile --region --endpoint-url --output --quiet --yes"
                break
                ;;
            wait)
                cmd="wait"
                opts="$opts -h --help --delay --timeout --profile --region --endpoint-url --output --quiet"
                break
                ;;
            policy)
                cmd="policy"
                opts="$opts -h --help"
                args=("${args[@]:1}")
                for arg in "${args[@]}"; do
                    case "$arg" in
                        check)
                            cmd="$cmd check"
                            opts="$opts -h --help --kind --output"
                            break
                            ;;
                        build)
                            cmd="$cmd build"
                            opts="$opts -h --help --account --version --role --sid"
                            break
                            ;;
                        explain)
                            cmd="$cmd explain"
                            opts="$opts -h --help --output"
                            break
                            ;;
                    esac
                done
                break
                ;;
            call)
                cmd="call"
                opts="$opts -h --help --list --describe --params --blob --page --profile --region --endpoint-url --output --quiet --yes"
                break
                ;;
            presign)
                cmd="presign"
                opts="$opts -h --help --params --blob --expires --profile --region --endpoint-url --output"
                break
                ;;
            emulator)
                cmd="emulator"
                opts="$opts -h --help"
                break
                ;;
            completion)
                cmd="completion"
                opts="$opts -h --help"
                break
                ;;
        esac
    done

    case "$cmd" in
        '')
            COMPREPLY=($(compgen -W "copy doctor models run start stop wait policy call presign emulator completion" -- "$cur"))
            ;;
        'copy')
            case "$prev" in
                --source-project)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --source-version)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --destination-project)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --version-name)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --bucket)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --prefix)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --kms-key)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --tag)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --role)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --source-profile)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --destination-profile)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --plan)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --journal)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --timeout)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --delay)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --profile)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --region)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --endpoint-url)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --output)
                    COMPREPLY=($(compgen -W "table json jsonl" -- "$cur"))
                    return 0
                    ;;
            esac

            ;;
        'doctor')
            case "$prev" in
                --source-project)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --source-version)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --destination-project)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --version-name)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --bucket)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --prefix)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --kms-key)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --tag)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --role)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --source-profile)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --destination-profile)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --profile)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --region)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --endpoint-url)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --output)
                    COMPREPLY=($(compgen -W "table json jsonl" -- "$cur"))
                    return 0
                    ;;
            esac

            ;;
        'models')
            case "$prev" in
                --profile)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --profiles)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --region)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --project)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --price-per-hour)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --journal)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --endpoint-url)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --output)
                    COMPREPLY=($(compgen -W "table json jsonl" -- "$cur"))
                    return 0
                    ;;
            esac

            ;;
        'run')
            case "$prev" in
                --version)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --max-hours)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --max-cost)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --grace)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --min-units)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --max-units)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --price-per-hour)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --journal)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --timeout)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --delay)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --profile)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --region)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --endpoint-url)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --output)
                    COMPREPLY=($(compgen -W "table json jsonl" -- "$cur"))
                    return 0
                    ;;
            esac

            ;;
        'start')
            case "$prev" in
                --min-units)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --max-units)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --price-per-hour)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --journal)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --timeout)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --delay)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --profile)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --region)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --endpoint-url)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --output)
                    COMPREPLY=($(compgen -W "table json jsonl" -- "$cur"))
                    return 0
                    ;;
            esac

            ;;
        'stop')
            case "$prev" in
                --journal)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --older-than)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --timeout)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --delay)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --profile)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --region)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --endpoint-url)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --output)
                    COMPREPLY=($(compgen -W "table json jsonl" -- "$cur"))
                    return 0
                    ;;
            esac

            ;;
        'wait')
            case "$prev" in
                --delay)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --timeout)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --profile)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --region)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --endpoint-url)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --output)
                    COMPREPLY=($(compgen -W "table json jsonl" -- "$cur"))
                    return 0
                    ;;
            esac

            ;;
        'policy')
            COMPREPLY=($(compgen -W "check build explain" -- "$cur"))
            ;;
        'policy check')
            case "$prev" in
                --kind)
                    COMPREPLY=($(compgen -W "project identity trust" -- "$cur"))
                    return 0
                    ;;
                --output)
                    COMPREPLY=($(compgen -W "table json jsonl" -- "$cur"))
                    return 0
                    ;;
            esac

            ;;
        'policy build')
            case "$prev" in
                --account)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --version)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --role)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --sid)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
            esac

            ;;
        'policy explain')
            case "$prev" in
                --output)
                    COMPREPLY=($(compgen -W "table json jsonl" -- "$cur"))
                    return 0
                    ;;
            esac

            ;;
        'call')
            case "$prev" in
                --params)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --blob)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --profile)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --region)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --endpoint-url)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --output)
                    COMPREPLY=($(compgen -W "table json jsonl" -- "$cur"))
                    return 0
                    ;;
            esac

            ;;
        'presign')
            case "$prev" in
                --params)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --blob)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --expires)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --profile)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --region)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --endpoint-url)
                    COMPREPLY=($(compgen -f -- "$cur"))
                    return 0
                    ;;
                --output)
                    COMPREPLY=($(compgen -W "table json jsonl" -- "$cur"))
                    return 0
                    ;;
            esac

            ;;
    esac

    local words="" word
    case "$cmd" in
        copy) words="plan apply check" ;;
        wait) words="copied trained running stopped deleted dataset_created dataset_deleted dataset_updated project_created project_deleted" ;;
        call) words="AssociateFaces CompareFaces CopyProjectVersion CreateCollection CreateDataset CreateFaceLivenessSession CreateProject CreateProjectVersion CreateStreamProcessor CreateUser DeleteCollection DeleteDataset DeleteFaces DeleteProject DeleteProjectPolicy DeleteProjectVersion DeleteStreamProcessor DeleteUser DescribeCollection DescribeDataset DescribeProjectVersions DescribeProjects DescribeStreamProcessor DetectCustomLabels DetectFaces DetectLabels DetectModerationLabels DetectProtectiveEquipment DetectText DisassociateFaces DistributeDatasetEntries GetCelebrityInfo GetCelebrityRecognition GetContentModeration GetFaceDetection GetFaceLivenessSessionResults GetFaceSearch GetLabelDetection GetMediaAnalysisJob GetPersonTracking GetSegmentDetection GetTextDetection IndexFaces ListCollections ListDatasetEntries ListDatasetLabels ListFaces ListMediaAnalysisJobs ListProjectPolicies ListStreamProcessors ListTagsForResource ListUsers PutProjectPolicy RecognizeCelebrities SearchFaces SearchFacesByImage SearchUsers SearchUsersByImage StartCelebrityRecognition StartContentModeration StartFaceDetection StartFaceSearch StartLabelDetection StartMediaAnalysisJob StartPersonTracking StartProjectVersion StartSegmentDetection StartStreamProcessor StartTextDetection StopProjectVersion StopStreamProcessor TagResource UntagResource UpdateDatasetEntries UpdateStreamProcessor" ;;
        presign) words="AssociateFaces CompareFaces CopyProjectVersion CreateCollection CreateDataset CreateFaceLivenessSession CreateProject CreateProjectVersion CreateStreamProcessor CreateUser DeleteCollection DeleteDataset DeleteFaces DeleteProject DeleteProjectPolicy DeleteProjectVersion DeleteStreamProcessor DeleteUser DescribeCollection DescribeDataset DescribeProjectVersions DescribeProjects DescribeStreamProcessor DetectCustomLabels DetectFaces DetectLabels DetectModerationLabels DetectProtectiveEquipment DetectText DisassociateFaces DistributeDatasetEntries GetCelebrityInfo GetCelebrityRecognition GetContentModeration GetFaceDetection GetFaceLivenessSessionResults GetFaceSearch GetLabelDetection GetMediaAnalysisJob GetPersonTracking GetSegmentDetection GetTextDetection IndexFaces ListCollections ListDatasetEntries ListDatasetLabels ListFaces ListMediaAnalysisJobs ListProjectPolicies ListStreamProcessors ListTagsForResource ListUsers PutProjectPolicy RecognizeCelebrities SearchFaces SearchFacesByImage SearchUsers SearchUsersByImage StartCelebrityRecognition StartContentModeration StartFaceDetection StartFaceSearch StartLabelDetection StartMediaAnalysisJob StartPersonTracking StartProjectVersion StartSegmentDetection StartStreamProcessor StartTextDetection StopProjectVersion StopStreamProcessor TagResource UntagResource UpdateDatasetEntries UpdateStreamProcessor" ;;
        completion) words="bash zsh fish" ;;
    esac
    for word in $words; do # one of them is there already
        [[ " ${COMP_WORDS[*]:2:COMP_CWORD-2} " = *" $word "* ]] && words="" && break
    done
    if [[ -n "$words" && "$cur" != -* ]]; then
        COMPREPLY=($(compgen -W "$words" -- "$cur"))
    fi

    if [[ "$cur" = -* ]]; then
        COMPREPLY=($(compgen -W "$opts" -- "$cur"))
    fi
}

complete -F _rekognition -o bashdefault -o default rekognition
