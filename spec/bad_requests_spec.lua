-- Malformed requests, each with every problem that must be reported: { path, pattern of the message }.
local cjson = require("cjson").new()
local codec = require "spec.support.codec"

local function raises() error("a metamethod was called") end

local hostile = {
  __index = raises, __newindex = raises, __len = raises, __pairs = raises, __tostring = raises, __name = raises,
  __eq = raises, __lt = raises, __le = raises, __concat = raises, __call = raises, __unm = raises, __close = raises,
}

local function cycle()
  local tree = { Label = "a" }
  tree.Next = tree
  return tree
end

local function deep_list(levels)
  local list = {}
  for _ = 2, levels do list = { list } end
  return list
end

local function next_path(levels) return "Tree" .. (".Next"):rep(levels - 1) end

local huge = ("x"):rep(1 << 20)
local wide = {}
for i = 1, 70 do wide[i] = "v" .. i end

-- { what, operation, parameters, { path, pattern }... }
local cases = {
  -- the whole table
  { "a string for the parameters", "DescribeProjects", "x", { "", "^must be a table, got string$" } },
  { "a number for the parameters", "DescribeProjects", 1, { "", "^must be a table, got integer$" } },
  { "true for the parameters", "DescribeProjects", true, { "", "^must be a table, got boolean$" } },
  { "false for the parameters", "DescribeProjects", false, { "", "^must be a table, got boolean$" } },
  { "a function for the parameters", "DescribeProjects", print, { "", "^must be a table, got function$" } },
  { "a file for the parameters", "DescribeProjects", io.stdout, { "", "^must be a table, got userdata$" } },
  { "a coroutine for the parameters", "DescribeProjects", coroutine.create(print), { "", "^must be a table, got coroutine$" } },
  { "null for the parameters", "DescribeProjects", cjson.null, { "", "^must be a table, got null" } },
  { "a list for the parameters", "DescribeProjects", { "x" }, { "[1]", "^must have the name of a member as the key, got integer$" } },

  -- required and unknown members
  { "nothing at all", "CopyProjectVersion", {}, { "DestinationProjectArn", "^required, but missing$" },
    { "OutputConfig", "^required, but missing$" }, { "SourceProjectArn", "^required, but missing$" },
    { "SourceProjectVersionArn", "^required, but missing$" }, { "VersionName", "^required, but missing$" } },
  { "a missing member inside a structure", "TakeEverything", { Tree = {} }, { "Tree.Label", "^required, but missing$" } },
  { "a missing member inside a list", "TakeEverything", { Tree = { Label = "", Branches = { { Label = "" }, {} } } },
    { "Tree.Branches[2].Label", "^required, but missing$" } },
  { "a missing member inside a map", "TakeEverything", { Tree = { Label = "", Named = { ["a b"] = {} } } },
    { 'Tree.Named["a b"].Label', "^required, but missing$" } },
  { "a misspelled member", "DescribeProjects", { ProjectName = {} }, { "ProjectName", "^unknown member, did you mean ProjectNames%?" } },
  { "a member in snake_case", "DescribeProjects", { max_results = 1 }, { "max_results", "did you mean MaxResults%?" } },
  { "a member in the wrong case", "DescribeProjects", { nexttoken = "" }, { "nexttoken", "did you mean NextToken%?" } },
  { "a member of something else", "DescribeProjects", { Zzzzzz = 1 },
    { "Zzzzzz", "^unknown member; the members are Features, MaxResults, NextToken, ProjectNames$" } },
  { "an unknown member of a large structure", "TakeEverything", { Qqqqqqqq = 1 }, { "Qqqqqqqq", "^unknown member$" } },
  { "an unknown member inside a structure", "StopProjectVersion", { ProjectVersionArn = ("a"):rep(20), OutputConfig = {} },
    { "OutputConfig", "^unknown member" } },
  { "a member with an empty name", "DescribeProjects", { [""] = 1 }, { '[""]', "^unknown member" } },
  { "a member with a NUL in its name", "DescribeProjects", { ["Max\0Results"] = 1 }, { '["Max\\x00Results"]', "^unknown member" } },
  { "a member with a NUL behind its name", "DescribeProjects", { ["MaxResults\0"] = 1 }, { '["MaxResults\\x00"]', "^unknown member" } },
  { "a member with a line feed in its name", "DescribeProjects", { ["a\nb"] = 1 }, { '["a\\x0Ab"]', "^unknown member" } },
  { "a member whose name is no UTF-8", "DescribeProjects", { ["\xff"] = 1 }, { '["\\xFF"]', "^unknown member" } },
  { "a member with quotes in its name", "DescribeProjects", { ['a"b\\'] = 1 }, { '["a\\"b\\\\"]', "^unknown member" } },
  { "a member with a name of a megabyte", "DescribeProjects", { [huge] = 1 }, { ("x"):rep(64) .. "...", "^unknown member" } },
  { "a number for a member's name", "DescribeProjects", { [7] = 1 }, { "[7]", "^must have the name of a member as the key, got integer$" } },
  { "a fraction for a member's name", "DescribeProjects", { [1.5] = 1 }, { "[1.5]", "got float" } },
  { "a boolean for a member's name", "DescribeProjects", { [true] = 1, [false] = 2 }, { "[false]", "got boolean$" }, { "[true]", "got boolean$" } },
  { "a table for a member's name", "DescribeProjects", { [{}] = 1 }, { "[table]", "got table$" } },
  { "a function for a member's name", "DescribeProjects", { [print] = 1 }, { "[function]", "got function$" } },
  { "null for a member's name", "DescribeProjects", { [cjson.null] = 1 }, { "[userdata]", "got light userdata$" } },

  -- strings
  { "a number for a string", "DescribeProjects", { NextToken = 5 }, { "NextToken", "^must be a string, got integer$" } },
  { "a float for a string", "DescribeProjects", { NextToken = 5.5 }, { "NextToken", "^must be a string, got float$" } },
  { "a boolean for a string", "DescribeProjects", { NextToken = false }, { "NextToken", "^must be a string, got boolean$" } },
  { "a table for a string", "DescribeProjects", { NextToken = {} }, { "NextToken", "^must be a string, got table$" } },
  { "a function for a string", "DescribeProjects", { NextToken = print }, { "NextToken", "^must be a string, got function$" } },
  { "a coroutine for a string", "DescribeProjects", { NextToken = coroutine.create(print) }, { "NextToken", "^must be a string, got coroutine$" } },
  { "userdata for a string", "DescribeProjects", { NextToken = io.stdout }, { "NextToken", "^must be a string, got userdata$" } },
  { "null for a string", "DescribeProjects", { NextToken = cjson.null }, { "NextToken", "^must be a string, got null %(leave it out instead%)$" } },
  { "an empty string where one character is the least", "DeleteCollection", { CollectionId = "" },
    { "CollectionId", "^must have at least 1 character, has 0$" } },
  { "a string that is too short", "TakeEverything", { ShortString = "ab" }, { "ShortString", "^must have at least 3 characters, has 2$" } },
  { "a string with bytes enough, but characters too few", "TakeEverything", { ShortString = "😀😀" },
    { "ShortString", "^must have at least 3 characters, has 2$" } },
  { "a short ARN", "DescribeProjectVersions", { ProjectArn = "arn:" }, { "ProjectArn", "^must have at least 20 characters, has 4$" } },
  { "a name for an ARN", "DescribeProjectVersions", { ProjectArn = "Birds" },
    { "ProjectArn", "^must have at least 20 characters, has 5; it must be an ARN, not a name$" } },
  { "a stray continuation byte", "TakeEverything", { String = "abc\x80" }, { "String", "^invalid UTF%-8 at byte 4$" } },
  { "Latin-1", "TakeEverything", { String = "\xfcber" }, { "String", "^invalid UTF%-8 at byte 1$" } },
  { "a character cut off", "TakeEverything", { String = "ab\xe2\x82" }, { "String", "^invalid UTF%-8 at byte 3$" } },
  { "an overlong form", "TakeEverything", { String = "\xc0\xaf" }, { "String", "^invalid UTF%-8 at byte 1$" } },
  { "a surrogate in UTF-8", "TakeEverything", { String = "x\xed\xa0\x80" }, { "String", "^invalid UTF%-8 at byte 2$" } },
  { "a code point beyond Unicode", "TakeEverything", { String = "\xf4\x90\x80\x80" }, { "String", "^invalid UTF%-8 at byte 1$" } },
  { "UTF-16", "TakeEverything", { String = "\xff\xfea\0" }, { "String", "^invalid UTF%-8 at byte 1$" } },
  { "a bad byte at the end of a megabyte", "TakeEverything", { String = huge .. "\xfe" }, { "String", "^invalid UTF%-8 at byte 1048577$" } },
  { "a secret that is too short", "TakeEverything", { Secret = "hunter2" }, { "Secret", "^must have at least 8 characters, has 7$" } },
  { "a secret that is no UTF-8", "TakeEverything", { Secret = "hunter2\xff" }, { "Secret", "^invalid UTF%-8 at byte 8$" } },

  -- blobs
  { "a table for a blob", "DetectCustomLabels", { ProjectVersionArn = ("a"):rep(20), Image = { Bytes = {} } },
    { "Image.Bytes", "^must be a string of bytes, got table$" } },
  { "an open file for a blob", "TakeEverything", { Blob = io.stdout }, { "Blob", "^must be a string of bytes, got userdata$" } },
  { "a number for a blob", "TakeEverything", { Blob = 12 }, { "Blob", "^must be a string of bytes, got integer$" } },
  { "an empty image", "DetectText", { Image = { Bytes = "" } }, { "Image.Bytes", "^must have at least 1 byte, has 0$" } },
  { "a blob that is too short", "TakeEverything", { Blob = "x" }, { "Blob", "^must have at least 2 bytes, has 1$" } },
  { "a bad blob in a map", "TakeEverything", { Blobs = { ["a.b"] = true } }, { 'Blobs["a.b"]', "^must be a string of bytes, got boolean$" } },

  -- booleans
  { "a string for a boolean", "TakeEverything", { Boolean = "true" }, { "Boolean", "^must be a boolean, got string$" } },
  { "a number for a boolean", "TakeEverything", { Boolean = 1 }, { "Boolean", "^must be a boolean, got integer$" } },

  -- integers
  { "a string for an integer", "DescribeProjects", { MaxResults = "5" }, { "MaxResults", "^must be an integer, got string$" } },
  { "a fraction for an integer", "DescribeProjects", { MaxResults = 1.5 }, { "MaxResults", "^must be an integer, got float with a fraction$" } },
  { "NaN for an integer", "DescribeProjects", { MaxResults = 0 / 0 }, { "MaxResults", "^must be an integer, got NaN$" } },
  { "infinity for an integer", "DescribeProjects", { MaxResults = math.huge }, { "MaxResults", "^must be an integer, got infinity$" } },
  { "minus infinity for an integer", "DescribeProjects", { MaxResults = -math.huge }, { "MaxResults", "^must be an integer, got infinity$" } },
  { "an integer of 33 bits", "TakeEverything", { Integer = 2 ^ 31 }, { "Integer", "^out of the range of 32%-bit integers$" } },
  { "a negative integer of 33 bits", "TakeEverything", { Integer = -2147483649 }, { "Integer", "^out of the range of 32%-bit integers$" } },
  { "a float beyond 64 bits", "TakeEverything", { Long = 2 ^ 63 }, { "Long", "^out of the range of 64%-bit integers$" } },
  { "a huge float for a long", "TakeEverything", { Long = -1e300 }, { "Long", "^out of the range of 64%-bit integers$" } },
  { "an integer that is too small", "DescribeProjects", { MaxResults = 0 }, { "MaxResults", "^must be at least 1, is 0$" } },
  { "a negative number below a negative least", "TakeEverything", { Integer = -6 }, { "Integer", "^must be at least %-5, is %-6$" } },
  { "a secret integer that is too small", "TakeEverything", { SecretInteger = -987 }, { "SecretInteger", "^must be at least 0$" } },
  { "a boolean for a long", "TakeEverything", { Long = true }, { "Long", "^must be an integer, got boolean$" } },

  -- floats and timestamps
  { "a string for a float", "TakeEverything", { Double = "1.5" }, { "Double", "^must be a number, got string$" } },
  { "NaN for a float", "TakeEverything", { Double = 0 / 0 }, { "Double", "^must be a finite number, got NaN$" } },
  { "infinity for a float", "TakeEverything", { Float = math.huge }, { "Float", "^must be a finite number, got infinity$" } },
  { "a float that is too small", "TakeEverything", { Float = 0.25 }, { "Float", "^must be at least 0.5, is 0.25$" } },
  { "a confidence below 0", "DetectCustomLabels", { ProjectVersionArn = ("a"):rep(20), Image = {}, MinConfidence = -1 },
    { "MinConfidence", "^must be at least 0, is %-1$" } },
  { "a date's text for a timestamp", "TakeEverything", { Timestamp = "2022-06-30" },
    { "Timestamp", "^must be a number of seconds since the epoch, got string$" } },
  { "os.date's table for a timestamp", "TakeEverything", { Iso8601 = os.date("*t") },
    { "Iso8601", "^must be a number of seconds since the epoch, got table$" } },
  { "milliseconds for a timestamp", "TakeEverything", { Rfc822 = 1656611123456000 }, { "Rfc822", "^out of the range of timestamps" } },
  { "NaN for a timestamp", "TakeEverything", { Timestamp = 0 / 0 }, { "Timestamp", "^must be a finite number, got NaN$" } },

  -- lists
  { "a string for a list", "DescribeProjects", { ProjectNames = "x" }, { "ProjectNames", "^must be a table %(a list%), got string$" } },
  { "a function for a list", "DescribeProjects", { ProjectNames = next }, { "ProjectNames", "^must be a table %(a list%), got function$" } },
  { "an empty list where one element is the least", "TakeEverything", { Strings = {} }, { "Strings", "^must have at least 1 element, has 0$" } },
  { "a hole in a list", "DeleteFaces", { CollectionId = "c", FaceIds = { "a", nil, "c" } },
    { "FaceIds[2]", "^missing: a list has no holes, and this one goes on to 3$" } },
  { "a hole at a list's start", "DeleteFaces", { CollectionId = "c", FaceIds = { nil, "b" } },
    { "FaceIds[1]", "^missing: a list has no holes, and this one goes on to 2$" } },
  { "a list that begins with 0", "DeleteFaces", { CollectionId = "c", FaceIds = { [0] = "a", "b" } }, { "FaceIds[0]", "^not an element of a list" } },
  { "a negative index", "DeleteFaces", { CollectionId = "c", FaceIds = { [-1] = "a", "b" } }, { "FaceIds[-1]", "^not an element of a list" } },
  { "a far index", "DeleteFaces", { CollectionId = "c", FaceIds = { "a", [math.maxinteger] = "b" } },
    { "FaceIds[2]", "^missing: .* goes on to 9223372036854775807$" } },
  { "indexes that double", "DeleteFaces", { CollectionId = "c", FaceIds = { "a", "b", [4] = "c", [8] = "d", [2 ^ 40] = "e" } },
    { "FaceIds[3]", "^missing: .* goes on to 1099511627776$" } },
  { "a fraction for an index", "DeleteFaces", { CollectionId = "c", FaceIds = { "a", [1.5] = "b" } }, { "FaceIds[1.5]", "^not an element of a list" } },
  { "an infinite index", "DeleteFaces", { CollectionId = "c", FaceIds = { "a", [math.huge] = "b" } }, { "FaceIds[inf]", "^not an element of a list" } },
  { "a name in a list", "DeleteFaces", { CollectionId = "c", FaceIds = { "a", n = 1 } }, { "FaceIds.n", "^not an element of a list" } },
  { "a number as text for an index", "DeleteFaces", { CollectionId = "c", FaceIds = { ["1"] = "a" } },
    { "FaceIds", "^must have at least 1 element, has 0$" }, { 'FaceIds["1"]', "^not an element of a list" } },
  { "a boolean for an index", "DeleteFaces", { CollectionId = "c", FaceIds = { "a", [true] = "b" } }, { "FaceIds[true]", "^not an element of a list" } },
  { "elements of the wrong types", "DeleteFaces", { CollectionId = "c", FaceIds = { "a", 1, {}, false, cjson.null } },
    { "FaceIds[2]", "got integer$" }, { "FaceIds[3]", "got table$" }, { "FaceIds[4]", "got boolean$" }, { "FaceIds[5]", "got null" } },
  { "wrong elements behind a hole", "TakeEverything", { Flags = { true, nil, 1, [6] = "x" } },
    { "Flags[2]", "^missing" }, { "Flags[3]", "got integer$" }, { "Flags[6]", "got string$" } },
  { "a wrong element in a list of lists", "TakeEverything", { Matrix = { { 1 }, { 2, "3" } } }, { "Matrix[2][2]", "^must be a number, got string$" } },
  { "a number in a list of lists", "TakeEverything", { Matrix = { 1 } }, { "Matrix[1]", "^must be a table %(a list%), got integer$" } },
  { "a structure for a list", "DescribeProjects", { ProjectNames = { Name = "x" } },
    { "ProjectNames", "^must have at least 1 element, has 0$" }, { "ProjectNames.Name", "^not an element of a list" } },
  { "a list in itself", "DeleteFaces", function() local t = {} t[1] = t return { CollectionId = "c", FaceIds = t } end,
    { "FaceIds[1]", "^must be a string, got table$" } },

  -- maps
  { "a string for a map", "CreateCollection", { CollectionId = "c", Tags = "a=b" }, { "Tags", "^must be a table %(a map%), got string$" } },
  { "a list for a map", "CreateCollection", { CollectionId = "c", Tags = { "a", "b" } },
    { "Tags[1]", "^must have a string as the key, got integer; a map is {name = value}$" }, { "Tags[2]", "^must have a string as the key, got integer; a map is {name = value}$" } },
  { "AWS's older form of tags", "CreateCollection", { CollectionId = "c", Tags = { { Key = "a", Value = "b" } } },
    { "Tags[1]", "^must have a string as the key, got integer; a map is {name = value}$" } },
  { "a float, a boolean and a table for keys", "CreateCollection", { CollectionId = "c", Tags = { [0.5] = "", [true] = "", [{}] = "" } },
    { "Tags[0.5]", "got float" }, { "Tags[table]", "got table" }, { "Tags[true]", "got boolean" } },
  { "null for a key", "CreateCollection", { CollectionId = "c", Tags = { [cjson.null] = "" } }, { "Tags[userdata]", "got light userdata" } },
  { "an empty key", "CreateCollection", { CollectionId = "c", Tags = { [""] = "" } }, { 'Tags[""]', "^must have at least 1 character, has 0$" } },
  { "a key that is no UTF-8", "CreateCollection", { CollectionId = "c", Tags = { ["a\xff"] = "" } }, { 'Tags["a\\xFF"]', "^invalid UTF%-8 at byte 2$" } },
  { "a number for a tag's value", "CreateCollection", { CollectionId = "c", Tags = { key1 = 1 } }, { "Tags.key1", "^must be a string, got integer$" } },
  { "null for a tag's value", "CreateCollection", { CollectionId = "c", Tags = { ["aws:x"] = cjson.null } }, { 'Tags["aws:x"]', "got null" } },
  { "a tag's value that is no UTF-8", "CreateCollection", { CollectionId = "c", Tags = { ["schlüssel"] = "\xe9" } },
    { 'Tags["schlüssel"]', "^invalid UTF%-8 at byte 1$" } },
  { "a map with too few keys", "TakeEverything", { Map = { key = "" } }, { "Map", "^must have at least 2 keys, has 1$" } },
  { "a map with short keys", "TakeEverything", { Map = { a = "", abc = "" } }, { "Map.a", "^must have at least 3 characters, has 1$" } },

  -- structures
  { "a string for a structure", "DetectText", { Image = "photo.jpg" }, { "Image", "^must be a table with the members Bytes, S3Object, got string$" } },
  { "a list for a structure", "DetectText", { Image = { "photo.jpg" } }, { "Image[1]", "^must have the name of a member as the key, got integer$" } },
  { "null for a structure", "DetectText", { Image = cjson.null }, { "Image", "^must be a table with the members Bytes, S3Object, got null" } },
  { "a wrong type two levels down", "DetectText", { Image = { S3Object = { Bucket = 1, Name = {} } } },
    { "Image.S3Object.Bucket", "^must be a string, got integer$" }, { "Image.S3Object.Name", "^must be a string, got table$" } },
  { "the parameters in themselves", "CopyProjectVersion", function()
    local t = { SourceProjectArn = ("a"):rep(20), SourceProjectVersionArn = ("a"):rep(20), DestinationProjectArn = ("a"):rep(20), VersionName = "v" }
    t.OutputConfig = t
    return t
  end, { "OutputConfig.DestinationProjectArn", "^unknown member" }, { "OutputConfig.OutputConfig", "^unknown member" },
    { "OutputConfig.SourceProjectArn", "^unknown member" }, { "OutputConfig.SourceProjectVersionArn", "^unknown member" },
    { "OutputConfig.VersionName", "^unknown member" } },

  -- depth
  { "a cycle of structures", "TakeEverything", function() return { Tree = cycle() } end,
    { next_path(64), "^nested deeper than 64 levels %(a cycle%?%)$" } },
  { "a cycle through a list", "TakeEverything", function()
    local tree = { Label = "a" }
    tree.Branches = { tree }
    return { Tree = tree }
  end, { "Tree" .. (".Branches[1]"):rep(31) .. ".Branches", "^nested deeper than 64 levels" } },
  { "a cycle through a map", "TakeEverything", function()
    local tree = { Label = "a" }
    tree.Named = { x = tree }
    return { Tree = tree }
  end, { "Tree" .. (".Named.x"):rep(31) .. ".Named", "^nested deeper than 64 levels" } },
  { "a document that holds itself", "TakeEverything", function()
    local document = {}
    document.self = document
    return { Document = document }
  end, { "Document" .. (".self"):rep(63), "^nested deeper than 64 levels" } },
  { "a document of a thousand lists", "TakeEverything", { Document = deep_list(1000) },
    { "Document" .. ("[1]"):rep(63), "^nested deeper than 64 levels" } },
  { "a path longer than anybody reads", "TakeEverything", function()
    local tree = { Label = "a" }
    tree.Named = { [("long key "):rep(5)] = tree }
    return { Tree = tree }
  end, { "Tree" .. ('.Named["' .. ("long key "):rep(5) .. '"]'):rep(8):sub(1, 440) .. "...", "^nested deeper than 64 levels" } },

  -- documents
  { "a function in a document", "TakeEverything", { Document = { a = { print } } },
    { "Document.a[1]", "^must be a string, number, boolean or table, got function$" } },
  { "a coroutine for a document", "TakeEverything", { Document = coroutine.create(print) }, { "Document", "got coroutine$" } },
  { "NaN in a document", "TakeEverything", { Document = { x = 0 / 0 } }, { "Document.x", "^must be a finite number, got NaN$" } },
  { "infinity in a document", "TakeEverything", { Document = { -math.huge } }, { "Document[1]", "^must be a finite number, got infinity$" } },
  { "mixed keys in a document", "TakeEverything", { Document = { "a", b = "c" } }, { "Document[1]", "^must be a table with the keys 1 to n" } },
  { "a hole in a document's list", "TakeEverything", { Document = { [2] = "x" } }, { "Document[2]", "^must be a table with the keys 1 to n" } },
  { "bad text in a document", "TakeEverything", { Document = { a = "x\xff" } }, { "Document.a", "^invalid UTF%-8 at byte 2$" } },
  { "a bad key in a document", "TakeEverything", { Document = { ["\xff"] = 1 } }, { 'Document["\\xFF"]', "^invalid UTF%-8 at byte 1$" } },

  -- metatables
  { "a hostile metatable on the parameters", "DescribeProjects", setmetatable({ MaxResult = 1 }, hostile), { "MaxResult", "did you mean MaxResults%?" } },
  { "a hostile metatable on a structure", "DetectText", { Image = setmetatable({ S3 = 1 }, hostile) }, { "Image.S3", "^unknown member" } },
  { "a hostile metatable on a list", "DeleteFaces", { CollectionId = "c", FaceIds = setmetatable({ 1 }, hostile) }, { "FaceIds[1]", "got integer$" } },
  { "a hostile metatable on a map", "CreateCollection", { CollectionId = "c", Tags = setmetatable({ a = 1 }, hostile) }, { "Tags.a", "got integer$" } },
  { "a hostile metatable on a value", "DescribeProjects", { NextToken = setmetatable({}, hostile) }, { "NextToken", "^must be a string, got table$" } },
  { "a hostile metatable on a key", "CreateCollection", { CollectionId = "c", Tags = { [setmetatable({}, hostile)] = "x" } },
    { "Tags[table]", "^must have a string as the key, got table; a map is {name = value}$" } },
  { "a metatable that claims to be a string", "DescribeProjects", { NextToken = setmetatable({}, { __name = "string", __tostring = function() return "x" end }) },
    { "NextToken", "^must be a string, got table$" } },
  { "members that only __index has", "DeleteCollection", setmetatable({}, { __index = { CollectionId = "c" } }), { "CollectionId", "^required, but missing$" } },
  { "a hostile metatable in a document", "TakeEverything", { Document = setmetatable({ setmetatable({ f = print }, hostile) }, hostile) },
    { "Document[1].f", "got function$" } },

  -- several problems at once
  { "one problem of each kind", "CopyProjectVersion",
    { SourceProjectArn = 5, OutputConfig = { S3bucket = "x" }, Tags = { key1 = 1 }, VersionName = "", KmsKeyId = "\xff" },
    { "DestinationProjectArn", "^required, but missing$" }, { "KmsKeyId", "^invalid UTF%-8" },
    { "OutputConfig.S3bucket", "did you mean S3Bucket%?; the members are S3Bucket, S3KeyPrefix$" },
    { "SourceProjectArn", "^must be a string" }, { "SourceProjectVersionArn", "^required" }, { "Tags.key1", "^must be a string" },
    { "VersionName", "^must have at least 1 character" } },
}

describe("a malformed request", function()
  it("is one of at least 60", function()
    assert.is_true(#cases >= 60)
  end)

  for _, case in ipairs(cases) do
    local what, operation, params = case[1], case[2], case[3]
    it("reports " .. what, function()
      if type(params) == "function" and #case > 3 and params ~= print then params = params() end
      local request, problems, more = codec.service_of(operation):request(operation, params)
      assert.is_nil(request)
      assert.equal(0, more)
      for i = 4, #case do
        local problem = problems[i - 3] or { path = "(no more problems)", message = "" }
        assert.equal(case[i][1], problem.path)
        assert.matches(case[i][2], problem.message)
      end
      local extra = problems[#case - 2]
      assert.is_nil(extra and extra.path .. ": " .. extra.message)
    end)
  end

  it("shows no sensitive value", function()
    for _, params in ipairs { { Secret = "hunter2" }, { Secret = "hunter2\xff" }, { SecretInteger = -987 } } do
      local text = table.concat((codec.problems("TakeEverything", params)), "\n")
      assert.is_nil(text:find("hunter2", 1, true))
      assert.is_nil(text:find("987", 1, true))
    end
  end)

  it("has 100 problems at the most, however many there are", function()
    local problems, more = codec.problems("TakeEverything", { Matrix = wide, Flags = wide })
    assert.equal(100, #problems)
    assert.equal(40, more)
  end)
end)
