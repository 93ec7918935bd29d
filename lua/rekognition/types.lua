---@meta
-- What the public functions take and return, for editors; never loaded. The service's own types are in
-- generated/types.lua. spec/types_spec.lua compares the lists with the code.

--- The options of `rekognition.client`; docs/client.md and docs/configuration.md describe them.
---@class rekognition.ClientOptions
---@field region? string                  "us-east-1"
---@field profile? string                 a profile of the shared files
---@field endpoint? string                a URL, instead of AWS's
---@field credentials? rekognition.StaticCredentials|rekognition.CredentialProvider|rekognition.Provider|fun(): rekognition.StaticCredentials
---@field retry? rekognition.RetryOptions
---@field connect_timeout? number         seconds, for an attempt
---@field timeout? number                 seconds, for an attempt
---@field total_timeout? number           seconds, for a call with its retries, waits and refreshes
---@field use_fips? boolean
---@field use_dualstack? boolean
---@field ignore_configured_endpoint_urls? boolean
---@field proxy? string                   "http://user:password@host:port"; "" for none
---@field ca_bundle? string               a file of certificates
---@field client_cert? string             a file, for servers that ask for a certificate
---@field client_key? string              a file
---@field max_connections? integer        connections kept open
---@field max_response_bytes? integer     the largest response that is read
---@field max_in_flight? integer          calls under way at the same time
---@field max_queued? integer            calls that wait for their turn
---@field when_full? "wait"|"error"       what `start` does beyond both
---@field rate? table<string, number>     calls a second, by operation or "*"
---@field app_id? string                  for the User-Agent
---@field logger? fun(level: string, event: string, fields: table)
---@field hooks? rekognition.Hooks
---@field mfa_token? fun(serial: string): string  the code of an MFA device
---@field http? fun(request: rekognition.HttpRequest): rekognition.HttpResponse?, rekognition.HttpFailure?
---@field env? table<string, string>      instead of the process's environment
---@field clock? fun(): number            seconds since the epoch
---@field sleep? fun(seconds: number)
---@field random? fun(): number           at least 0, below 1
---@field defaults_mode? string
---@field ec2_metadata_disabled? boolean
---@field ec2_metadata_service_endpoint? string
---@field ec2_metadata_service_endpoint_mode? "IPv4"|"IPv6"
---@field ec2_metadata_v1_disabled? boolean
---@field metadata_service_num_attempts? integer
---@field metadata_service_timeout? number  seconds
---@field sts_regional_endpoints? "regional"|"legacy"

---@class rekognition.StaticCredentials
---@field access_key_id string
---@field secret_access_key string
---@field session_token? string

---@class rekognition.Provider
---@field get fun(self: rekognition.Provider): rekognition.StaticCredentials

---@class rekognition.Hooks
---@field before_attempt? fun(attempt: rekognition.Attempt)  may add to attempt.headers
---@field after_attempt? fun(attempt: rekognition.Attempt)

---@class rekognition.Attempt
---@field operation string
---@field attempt integer
---@field url string
---@field headers table<string, string>
---@field status? integer
---@field elapsed? number                 seconds
---@field request_id? string
---@field error? { kind: string, code: string, message: string }

--- The options of one call.
---@class rekognition.CallOptions
---@field timeout? number                 seconds, for an attempt
---@field connect_timeout? number         seconds, for an attempt
---@field total_timeout? number           seconds, for the call with its retries
---@field retry? rekognition.RetryOptions
---@field headers? table<string, string>
---@field credentials? rekognition.StaticCredentials|rekognition.CredentialProvider|rekognition.Provider|fun(): rekognition.StaticCredentials
---@field region? string
---@field endpoint? string
---@field hooks? rekognition.Hooks

---@class rekognition.WaitOptions
---@field delay? number                   seconds between polls
---@field timeout? number                 seconds, for the whole wait
---@field on_poll? fun(description: table?, polls: integer, descriptions: table[])
---@field call? rekognition.CallOptions   for each poll

---@class rekognition.PresignOptions
---@field expires? integer                seconds, 900 if absent, at most 604800
---@field credentials? rekognition.StaticCredentials|rekognition.CredentialProvider|rekognition.Provider|fun(): rekognition.StaticCredentials
---@field region? string
---@field endpoint? string
---@field total_timeout? number           seconds that the credentials may take

---@class rekognition.SignedRequest
---@field method string
---@field url string
---@field headers {[1]: string, [2]: string}[]
---@field body string

---@class rekognition.WaitForVersions
---@field ProjectArn string
---@field ProjectVersionArn? string
---@field ProjectVersionArns? string[]
---@field VersionNames? string[]

---@class rekognition.WaitForDatasets
---@field DatasetArn? string
---@field DatasetArns? string[]

---@class rekognition.WaitForProjects
---@field ProjectArn? string
---@field ProjectArns? string[]
---@field ProjectNames? string[]

---@alias rekognition.VersionWaiter
---| "project_version_training_completed"
---| "project_version_running"
---| "project_version_copied"
---| "project_version_stopped"
---| "project_version_deleted"

---@alias rekognition.DatasetWaiter
---| "dataset_created"
---| "dataset_updated"
---| "dataset_deleted"

---@alias rekognition.ProjectWaiter
---| "project_created"
---| "project_deleted"
