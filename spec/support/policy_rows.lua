-- Project policies times identities, and what IAM's documents say of each: for the module that decides, and for the
-- emulator.

local cjson = require("cjson").new()

local VERSION = "arn:aws:rekognition:us-east-1:111122223333:project/birds/version/v1/1627045542080"
local ACCOUNT = "555555555555"

local function arn(rest) return "arn:aws:iam::" .. ACCOUNT .. ":" .. rest end
local function session(role, name) return ("arn:aws:sts::%s:assumed-role/%s/%s"):format(ACCOUNT, role, name) end

local WHO = {
  root = { account = ACCOUNT, arn = arn "root" },
  alice = { account = ACCOUNT, arn = arn "user/alice" },
  bob = { account = ACCOUNT, arn = arn "user/team/bob" },
  copy1 = { account = ACCOUNT, arn = session("Copy", "one") },
  copy2 = { account = ACCOUNT, arn = session("Copy", "two") },
  admin = { account = ACCOUNT, arn = session("Admin", "one"), role_arn = arn "role/path/Admin" },
  other = { account = "999999999999", arn = "arn:aws:iam::999999999999:root" },
  somebody = { account = ACCOUNT },
}
local NAMES = { "root", "alice", "bob", "copy1", "copy2", "admin", "other", "somebody" }

local function statement(fields)
  local one = { Effect = "Allow", Principal = "*", Action = "rekognition:CopyProjectVersion", Resource = "*" }
  for key, value in pairs(fields or {}) do one[key] = value or nil end
  return one
end

local function document(...)
  local list = { ... }
  for i, fields in ipairs(list) do list[i] = statement(fields) end
  return cjson.encode { Version = "2012-10-17", Statement = list }
end

local function to(...) return { Principal = { AWS = { ... } } } end
local function when(operator, key, value) return { Condition = { [operator] = { [key] = value } } } end

-- A letter for each of NAMES: A allowed, D denied, - nothing said, ? can't be seen.
local ROWS = {
  -- principals
  { "everyone", document {}, "AAAAAAAA" },
  { "everyone, at length", document(to "*"), "AAAAAAAA" },
  { "the account by its id", document(to(ACCOUNT)), "AAAAAA-A" },
  { "the account by its root", document(to(arn "root")), "AAAAAA-A" },
  { "another account", document(to "999999999999"), "------A-" },
  { "a user", document(to(arn "user/alice")), "-A-----?" },
  { "a user with a path", document(to(arn "user/team/bob")), "--A----?" },
  { "a user with the wrong path", document(to(arn "user/bob")), "-------?" },
  { "a role means its sessions", document(to(arn "role/Copy")), "---AA--?" },
  { "a role with a path", document(to(arn "role/path/Admin")), "-----A-?" },
  { "one session", document(to(session("Copy", "one"))), "---A---?" },
  { "a list", document(to(arn "user/alice", "999999999999")), "-A----A?" },
  { "a service means nobody", document { Principal = { Service = "rekognition.amazonaws.com" } }, "--------" },
  { "another partition's account", document(to("arn:aws-cn:iam::" .. ACCOUNT .. ":root")), "-------A" },
  { "everyone but a user", document({}, { Effect = "Deny", Principal = { AWS = arn "user/alice" } }), "ADAAAAA?" },
  { "a Deny for a role", document({}, { Effect = "Deny", Principal = { AWS = arn "role/Copy" } }), "AAADDAA?" },
  { "a Deny for a session", document({}, { Effect = "Deny", Principal = { AWS = session("Copy", "two") } }), "AAAADAA?" },
  { "a Deny for everyone", document({}, { Effect = "Deny" }), "DDDDDDDD" },
  { "a Deny alone", document { Effect = "Deny", Principal = { AWS = ACCOUNT } }, "DDDDDD-D" },
  { "NotPrincipal names account and user", document({}, { Effect = "Deny", Principal = false,
    NotPrincipal = { AWS = { arn "root", arn "user/alice" } } }), "AADDDDDA" },
  { "NotPrincipal without the account denies all", document({}, { Effect = "Deny", Principal = false,
    NotPrincipal = { AWS = arn "user/alice" } }), "DDDDDDDD" },
  -- resources
  { "this version", document { Resource = VERSION }, "AAAAAAAA" },
  { "another version", document { Resource = VERSION:gsub("v1", "v2") }, "--------" },
  { "any of the project", document { Resource = "arn:aws:rekognition:us-east-1:111122223333:project/birds/version/*" },
    "AAAAAAAA" },
  { "a question mark", document { Resource = VERSION:gsub("v1", "v?") }, "AAAAAAAA" },
  { "letter case counts", document { Resource = VERSION:gsub("birds", "Birds") }, "--------" },
  { "a star that ends its segment goes over colons", document { Resource = "arn:aws:rekognition:us-east-1:*" },
    "AAAAAAAA" },
  { "a star inside a segment doesn't", document { Resource = "arn:aws:rekognition:us*birds/*" },
    "--------" },
  { "a star before a slash", document { Resource = "arn:aws:rekognition:*:*:project/*/version/v1/*" }, "AAAAAAAA" },
  { "one of several", document { Resource = { "arn:aws:rekognition:us-east-1:1:project/x", VERSION } }, "AAAAAAAA" },
  { "all but this", document { Resource = false, NotResource = VERSION }, "--------" },
  { "all but another", document { Resource = false, NotResource = VERSION .. "0" }, "AAAAAAAA" },
  -- actions
  { "an action in other letters", document { Action = "REKOGNITION:copyPROJECTversion" }, "AAAAAAAA" },
  { "any of the service", document { Action = "rekognition:*" }, "AAAAAAAA" },
  { "another", document { Action = "rekognition:DetectLabels" }, "--------" },
  { "all but another", document { Action = false, NotAction = "rekognition:Detect*" }, "AAAAAAAA" },
  { "all but this", document { Action = false, NotAction = "rekognition:Copy*" }, "--------" },
  -- keys that an identity shows
  { "PrincipalArn of a role", document(when("ArnEquals", "aws:PrincipalArn", arn "role/Copy")), "---AA--?" },
  { "PrincipalArn with a path", document(when("ArnEquals", "aws:PrincipalArn", arn "role/path/Admin")), "-----A-?" },
  { "PrincipalArn of a session is never seen", document(when("ArnEquals", "aws:PrincipalArn", session("Copy", "one"))),
    "-------?" },
  { "PrincipalArn of the root means the root user", document(when("ArnLike", "aws:PrincipalArn", arn "root")),
    "A------?" },
  { "PrincipalArn with stars", document(when("ArnLike", "aws:PrincipalArn", arn "role/*")), "---AAA-?" },
  { "any account's root", document(when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:root")), "A-----A?" },
  { "a star never crosses a colon", document(when("ArnLike", "aws:PrincipalArn", "arn:*")), "-------?" },
  { "neither in ArnEquals", document(when("ArnEquals", "aws:PrincipalArn", "arn:aws:iam:*")), "-------?" },
  { "nor is a Deny got round by it", document({}, { Effect = "Deny",
    Condition = { ArnNotLike = { ["aws:PrincipalArn"] = "arn:*:role/Copy" } } }), "DDDDDDD?" },
  { "a Deny for all but a role", document({}, { Effect = "Deny",
    Condition = { ArnNotLike = { ["aws:PrincipalArn"] = arn "role/Copy" } } }), "DDDAADD?" },
  { "StringLike has no parts", document(when("StringLike", "aws:PrincipalArn", "arn:*")), "AAAAAAA?" },
  { "StringEquals has no stars", document(when("StringEquals", "aws:PrincipalArn", "arn:*")), "-------?" },
  { "PrincipalAccount", document(when("StringEquals", "aws:PrincipalAccount", ACCOUNT)), "AAAAAA-A" },
  { "not PrincipalAccount", document(when("StringNotEquals", "aws:PrincipalAccount", ACCOUNT)), "------A-" },
  { "not one of two", document(when("StringNotEquals", "aws:PrincipalAccount", { ACCOUNT, "1" })), "------A-" },
  { "PrincipalType", document(when("StringEquals", "aws:PrincipalType", "AssumedRole")), "---AAA-?" },
  { "username", document(when("StringEquals", "aws:username", "alice")), "-A-----?" },
  { "username that isn't there, negated", document(when("StringNotEquals", "aws:username", "alice")), "A-AAAAA?" },
  { "username, if it is there", document(when("StringEqualsIfExists", "aws:username", "alice")), "AA-AAAA?" },
  { "no username", document(when("Null", "aws:username", "true")), "A--AAAA?" },
  { "a username", document(when("Null", "aws:username", false)), "-AA----?" },
  { "letters don't count in keys", document(when("StringEquals", "AWS:PRINCIPALACCOUNT", ACCOUNT)), "AAAAAA-A" },
  { "letters don't count by the operator", document(when("StringEqualsIgnoreCase", "aws:username", "ALICE")),
    "-A-----?" },
  { "a service asks", document(when("Bool", "aws:PrincipalIsAWSService", "false")), "AAAAAAAA" },
  { "ResourceAccount is the version's", document(when("StringEquals", "aws:ResourceAccount", "111122223333")),
    "AAAAAAAA" },
  { "not ResourceAccount", document(when("StringNotEquals", "aws:ResourceAccount", "111122223333")), "--------" },
  -- variables
  { "a user's own", document { Resource = "arn:aws:rekognition:*:*:project/birds/version/${aws:username}/*" },
    "-------?" },
  { "a variable that fits", document { Resource = "arn:aws:rekognition:*:*:project/birds/version/v${*}/*" },
    "--------" },
  { "a default", document { Resource = "arn:aws:rekognition:*:*:project/${aws:username, 'birds'}/*" }, "A--AAAA?" },
  { "a variable in a value", document(when("StringLike", "aws:PrincipalArn", "*:user/${aws:username}")), "-A-----?" },
  { "a variable without a value, negated", document(when("StringNotLike", "aws:PrincipalArn", "*${aws:username}")),
    "-------?" },
  { "a Deny with one", document({}, { Effect = "Deny", Condition = {
    StringNotLike = { ["aws:PrincipalArn"] = "*${aws:username}" } } }), "DAADDDD?" },
  { "a variable without a value, beside one that fits", document(when("StringLike", "aws:PrincipalArn",
    { "*${aws:username}", "*root" })), "AAA---A?" },
  { "in the older language it is text", cjson.encode { Version = "2008-10-17", Statement = { statement(
    when("StringLike", "aws:PrincipalArn", "*:user/${aws:username}")) } }, "-------?" },
  -- several conditions
  { "both", document { Condition = { StringEquals = { ["aws:PrincipalAccount"] = ACCOUNT, ["aws:PrincipalType"] =
    "User" } } }, "-AA----?" },
  { "both operators", document { Condition = { StringEquals = { ["aws:PrincipalAccount"] = ACCOUNT },
    ArnNotLike = { ["aws:PrincipalArn"] = arn "user/*" } } }, "A--AAA-?" },
  { "one is false, the other can't be seen", document { Condition = { StringEquals = { ["aws:PrincipalAccount"] = "1",
    ["aws:PrincipalOrgID"] = "o-1" } } }, "--------" },
  -- keys that can't be seen
  { "an organization", document(when("StringEquals", "aws:PrincipalOrgID", "o-1")), "????????" },
  { "an organization, with a plain Allow beside it", document(when("StringEquals", "aws:PrincipalOrgID", "o-1"), {}),
    "AAAAAAAA" },
  { "a Deny outside an organization", document({}, { Effect = "Deny",
    Condition = { StringNotEquals = { ["aws:PrincipalOrgID"] = "o-1" } } }), "????????" },
  { "such a Deny for another account", document({}, { Effect = "Deny", Principal = { AWS = "999999999999" },
    Condition = { StringNotEquals = { ["aws:PrincipalOrgID"] = "o-1" } } }), "AAAAAA?A" },
  { "an unseen IfExists", document(when("StringEqualsIfExists", "aws:SourceVpce", "vpce-1")), "????????" },
  { "an unseen Null", document(when("Null", "aws:SourceVpce", "true")), "????????" },
  { "an unseen variable", document { Resource = "arn:aws:rekognition:*:*:project/${aws:PrincipalTag/team}/*" },
    "????????" },
  { "an unseen variable beside what fits", document { Resource = { VERSION, "arn:aws:rekognition:::${aws:PrincipalTag/team}" } },
    "AAAAAAAA" },
  -- more of the same, together
  { "a list of sessions", document(to(session("Copy", "one"), session("Admin", "one"))), "---A-A-?" },
  { "a user and a role", document(to(arn "user/alice", arn "role/Copy")), "-A-AA--?" },
  { "an account and another", document(to(ACCOUNT, "999999999999")), "AAAAAAAA" },
  { "everyone of an account but its users", document({}, { Effect = "Deny",
    Condition = { ArnLike = { ["aws:PrincipalArn"] = arn "user/*" } } }), "ADDAAAA?" },
  { "a question mark for an account", document(when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::55555555555?:root")),
    "A------?" },
  { "roles below a path", document(when("ArnLike", "aws:PrincipalArn", arn "role/path/*")), "-----A-?" },
  { "a list of ARNs", document(when("ArnEquals", "aws:PrincipalArn", { arn "root", arn "user/alice" })), "AA-----?" },
  { "not in a list of ARNs", document(when("ArnNotEquals", "aws:PrincipalArn", { arn "root", arn "user/alice" })),
    "--AAAAA?" },
  { "the resource's account", document(when("StringEquals", "aws:ResourceAccount", "111122223333")), "AAAAAAAA" },
  { "a federated principal means nobody", document { Principal = { Federated = "accounts.example.com" } }, "--------" },
}

-- A letter of ROWS for each of NAMES: A allowed, D denied, - nothing said, ? can't be seen.
return { ROWS = ROWS, NAMES = NAMES, WHO = WHO, VERSION = VERSION, ACCOUNT = ACCOUNT, arn = arn, session = session,
         document = document, to = to, when = when, statement = statement }
