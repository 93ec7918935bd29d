-- Malformed responses, each with the one outcome that is right: a message, or a value where RFC 8259
-- leaves nothing to complain of.
local codec = require "spec.support.codec"

local everything = codec.everything
local megabyte = 1 << 20

-- { what, body, pattern of the message }
local cases = {
  -- no JSON
  { "white space alone", "  \r\n", "^invalid JSON at byte 5: " },
  { "10 MB of spaces", (" "):rep(10 * megabyte), "^invalid JSON at byte 10485761: " },
  { "10 MB of zeros", ("0"):rep(10 * megabyte), "^invalid JSON at byte 1: " },
  { "10 MB of NULs", ("\0"):rep(10 * megabyte), "^invalid JSON at byte 1: " },
  { "10 MB of opening brackets", ("["):rep(10 * megabyte), "^expected an object, found an array$" },
  { "10 MB of digits in an integer", '{"Long":' .. ("9"):rep(10 * megabyte) .. "}", "^Long: an integer out of the range of 64 bits$" },
  { "HTML", "<html><body>502 Bad Gateway</body></html>", "^invalid JSON at byte 1: " },
  { "XML", '<?xml version="1.0"?><Error/>', "^invalid JSON at byte 1: " },
  { "plain text", "upstream connect error", "^invalid JSON at byte 1: " },
  { "a byte order mark", "\xef\xbb\xbf{}", "^invalid JSON at byte 1: " },
  { "UTF-16", "{\0}\0", "^invalid JSON at byte 2: " },
  { "gzip that nobody unpacked", "\x1f\x8b\8\0\0\0\0\0", "^invalid JSON at byte 1: " },
  { "JavaScript's undefined", "undefined", "^invalid JSON at byte 1: " },

  -- not one object
  { "a string", '"x"', "^expected an object, found a string$" },
  { "a number", "12", "^expected an object, found a number$" },
  { "a boolean", "true", "^expected an object, found a boolean$" },
  { "an array", "[{}]", "^expected an object, found an array$" },
  { "something behind the object", '{"Long":1}x', "^invalid JSON at byte 11: " },
  { "two objects", "{} {}", "^invalid JSON at byte 4: " },
  { "a NUL behind the object", "{}\0", "^invalid JSON at byte 3: " },
  { "a brace too many", "{}}", "^invalid JSON at byte 3: " },

  -- cut off
  { "an open brace", "{", "^invalid JSON at byte 2: " },
  { "half a key", '{"Lon', "invalid JSON at byte 6: " },
  { "no colon", '{"Long"', "invalid JSON at byte 8: " },
  { "no value", '{"Long":', "^Long: invalid JSON at byte 9: " },
  { "half a literal", '{"Boolean":tru', "^Boolean: invalid JSON at byte " },
  { "half a string", '{"String":"ab', "^String: invalid JSON at byte 14: " },
  { "half an escape", '{"String":"ab\\', "^String: invalid JSON at byte " },
  { "half a Unicode escape", '{"String":"\\u12"}', "^String: invalid JSON at byte " },
  { "half a list", '{"Flags":[true,', "^Flags%[2%]: invalid JSON at byte 16: " },
  { "a list that never closes", '{"Flags":[true}', "^Flags%[2%]: invalid JSON at byte 15: " },

  -- not RFC 8259's grammar
  { "a trailing comma in an object", '{"Long":1,}', "invalid JSON at byte 11: " },
  { "a trailing comma in a list", '{"Flags":[true,]}', "invalid JSON at byte 16: " },
  { "no comma", '{"Flags":[true false]}', "invalid JSON at byte 16: " },
  { "a comment", '{/* x */"Long":1}', "invalid JSON at byte 2: " },
  { "single quotes", "{'Long':1}", "invalid JSON at byte 2: " },
  { "a key without quotes", "{Long:1}", "invalid JSON at byte 2: " },
  { "a number for a key", "{1:1}", "invalid JSON at byte 2: " },
  { "NaN", '{"Double":NaN}', "^Double: invalid JSON at byte 11: " },
  { "Infinity", '{"Double":-Infinity}', "^Double: invalid JSON at byte " },
  { "a leading zero", '{"Long":01}', "invalid JSON at byte 9: " },
  { "a leading plus", '{"Long":+1}', "^Long: invalid JSON at byte 9: " },
  { "no digit before the point", '{"Double":.5}', "^Double: invalid JSON at byte 11: " },
  { "no digit behind the point", '{"Double":1.}', "^Double: invalid JSON at byte " },
  { "no digit in the exponent", '{"Double":1e}', "^Double: invalid JSON at byte " },
  { "a minus alone", '{"Long":-}', "^Long: invalid JSON at byte " },
  { "hexadecimal", '{"Long":0x10}', "invalid JSON at byte 10: " },
  { "a literal in capitals", '{"Boolean":TRUE}', "^Boolean: invalid JSON at byte 12: " },
  { "an unknown escape", [[{"String":"\x41"}]], "^String: invalid JSON at byte " },
  { "a raw line feed in a string", '{"String":"a\nb"}', "^String: invalid JSON at byte 13: " },
  { "a raw NUL in a string", '{"String":"a\0b"}', "^String: invalid JSON at byte 13: " },
  { "invalid UTF-8", '{"String":"a\xffb"}', "^String: invalid JSON at byte 13: " },
  { "an overlong form", '{"String":"\xc0\x80"}', "^String: invalid JSON at byte 12: " },
  { "a surrogate in UTF-8", '{"String":"\xed\xa0\x80"}', "^String: invalid JSON at byte 12: " },
  { "invalid UTF-8 in a key", '{"\xff":1}', "invalid JSON at byte 3: " },
  { "a high surrogate alone", [[{"String":"\ud83d"}]], "^String: invalid JSON at byte " },
  { "a low surrogate alone", [[{"String":"\ude00"}]], "^String: invalid JSON at byte " },
  { "two high surrogates", [[{"String":"\ud83d\ud83d"}]], "^String: invalid JSON at byte " },
  { "a high surrogate before text", [[{"String":"\ud83dx"}]], "^String: invalid JSON at byte " },

  -- too deep
  { "200 levels of lists", '{"New":' .. ("["):rep(200) .. ("]"):rep(200) .. "}", "invalid JSON at byte %d+: nested too deeply$" },
  { "200 levels of objects", ('{"New":'):rep(200) .. "1" .. ("}"):rep(200), "invalid JSON at byte %d+: nested too deeply$" },
  { "a recursive structure without an end", ('{"Tree":' .. ('{"Next":'):rep(300)), "invalid JSON at byte %d+: nested too deeply$" },
  { "a million open lists", '{"New":' .. ("["):rep(megabyte), "invalid JSON at byte %d+: nested too deeply$" },

  -- not what the model says
  { "a number for a string", '{"String":5}', "^String: expected a string, found a number$" },
  { "an object for a string", '{"String":{}}', "^String: expected a string, found an object$" },
  { "a string for a boolean", '{"Boolean":"true"}', "^Boolean: expected a boolean, found a string$" },
  { "a number for a boolean", '{"Boolean":1}', "^Boolean: expected a boolean, found a number$" },
  { "a string for an integer", '{"Integer":"1"}', "^Integer: expected an integer, found a string$" },
  { "a fraction for an integer", '{"Integer":1.5}', "^Integer: expected an integer, found a number with a fraction$" },
  { "a tiny fraction for an integer", '{"Integer":1e-5}', "^Integer: expected an integer, found a number with a fraction$" },
  { "more than 64 bits", '{"Long":9223372036854775808}', "^Long: an integer out of the range of 64 bits$" },
  { "less than 64 bits hold", '{"Long":-9223372036854775809000}', "^Long: an integer out of the range of 64 bits$" },
  { "a huge exponent for an integer", '{"Long":1e400}', "^Long: an integer out of the range of 64 bits$" },
  { "a huge exponent for a float", '{"Double":1e400}', "^Double: a number out of range$" },
  { "a huge negative number", '{"Double":-1e99999999999999999999}', "^Double: a number out of range$" },
  { "a huge exponent in what the model doesn't know", '{"New":[1e400]}', "^New%[1%]: a number out of range$" },
  { "a string for a float", '{"Double":"1.5"}', "^Double: expected a number, found a string$" },
  { "a list for a timestamp", '{"Timestamp":[]}', "^Timestamp: expected a timestamp, found an array$" },
  { "text for a timestamp", '{"Timestamp":"yesterday"}', "^Timestamp: a string that is no timestamp$" },
  { "a date without a time", '{"Iso8601":"2022-06-30"}', "^Iso8601: a string that is no timestamp$" },
  { "a day that February has not", '{"Iso8601":"2023-02-29T00:00:00Z"}', "^Iso8601: a string that is no timestamp$" },
  { "a month 13", '{"Iso8601":"2023-13-01T00:00:00Z"}', "^Iso8601: a string that is no timestamp$" },
  { "an hour 24", '{"Rfc822":"Tue, 29 Apr 2014 24:30:38 GMT"}', "^Rfc822: a string that is no timestamp$" },
  { "text behind a timestamp", '{"Rfc822":"Tue, 29 Apr 2014 18:30:38 GMTx"}', "^Rfc822: a string that is no timestamp$" },
  { "a number for a blob", '{"Blob":1}', "^Blob: expected a string of base64, found a number$" },
  { "a blob that is no base64", '{"Blob":"a b="}', "^Blob: a string that is no base64$" },
  { "a blob that was cut off", '{"Blob":"Zm9vY"}', "^Blob: a string that is no base64$" },
  { "base64 with its padding in the middle", '{"Blob":"Zg==Zg=="}', "^Blob: a string that is no base64$" },
  { "a list for a structure", '{"Tree":[]}', "^Tree: expected an object, found an array$" },
  { "a string for a structure", '{"Tree":"x"}', "^Tree: expected an object, found a string$" },
  { "an object for a list", '{"Flags":{}}', "^Flags: expected an array, found an object$" },
  { "a list for a map", '{"Map":[]}', "^Map: expected an object, found an array$" },
  { "a wrong element", '{"Matrix":[[1],[2,true]]}', "^Matrix%[2%]%[2%]: expected a number, found a boolean$" },
  { "a wrong element behind nulls", '{"Flags":[null,null,1]}', "^Flags%[3%]: expected a boolean, found a number$" },
  { "a wrong element far behind", '{"Flags":[' .. ("true,"):rep(1000) .. "0]}", "^Flags%[1001%]: expected a boolean, found a number$" },
  { "a wrong value in a map", '{"Map":{"a":"","a b":false}}', '^Map%["a b"%]: expected a string, found a boolean$' },
  { "a wrong value deep inside", '{"Tree":{"Branches":[{"Named":{"x\\u0000":{"Label":1}}}]}}',
    '^Tree%.Branches%[1%]%.Named%["x\\x00"%]%.Label: expected a string, found a number$' },
  { "a wrong value under a key of a megabyte", '{"Map":{"' .. ("k"):rep(megabyte) .. '":1}}', "^Map%.k+%.%.%.: expected a string, found a number$" },
}

local sample = [[{"Tree":{"Label":"\u00e9\ud83d\ude00é","Branches":[{"Label":"x"},null],"Named":{"a b":{"Label":""}}},
 "Long":-12,"Double":1.5e-3,"Flags":[true,false,null],"Blob":"Zm9v","New":[{"a":[1,"\n"]}],"Timestamp":1656611123.456}]]

describe("a malformed response", function()
  it("is one of at least 30", function()
    assert.is_true(#cases >= 30)
  end)

  for _, case in ipairs(cases) do
    it("with " .. case[1] .. " is refused", function()
      local got, message = everything:decode("TakeEverything", case[2])
      assert.is_nil(got)
      assert.matches(case[3], message)
      assert.is_true(#message < 1000)
    end)
  end

  it("that is cut off at any byte is refused", function()
    assert(everything:decode("TakeEverything", sample))
    for length = 1, #sample - 1 do
      local got, message = everything:decode("TakeEverything", sample:sub(1, length))
      assert.is_nil(got)
      assert.matches("invalid JSON at byte %d+: ", message)
    end
  end)

  it("with any byte changed is refused or read, and nothing else", function()
    for position = 1, #sample do
      for _, byte in ipairs { "\0", '"', "\\", "\xff", "{", "]", "9", "," } do
        local text = sample:sub(1, position - 1) .. byte .. sample:sub(position + 1)
        local got, message = everything:decode("TakeEverything", text)
        assert(type(got) == "table" or type(message) == "string", text)
      end
    end
  end)

  it("shows nothing of the values in its message", function()
    for _, text in ipairs { '{"Secret":["hunter2"]}', '{"Secret":"hunter2', '{"Blob":"hunter2"}', '{"Integer":"hunter2"}', '{"Timestamp":"hunter2"}' } do
      local _, message = everything:decode("TakeEverything", text)
      assert.is_nil(message:find("hunter2", 1, true))
    end
  end)

  it("of Rekognition says where it went wrong", function()
    local _, message = codec.rekognition.service:decode("DescribeProjectVersions",
      '{"ProjectVersionDescriptions":[{"Status":"COPYING_COMPLETED"},{"EvaluationResult":{"F1Score":"high"}}]}')
    assert.equal("ProjectVersionDescriptions[2].EvaluationResult.F1Score: expected a number, found a string", message)
  end)
end)

describe("an odd response that is right", function()
  for _, case in ipairs {
    { "duplicate keys", '{"Long":1,"Long":2}', { Long = 2 } },
    { "an empty key", '{"":1}', { [""] = 1 } },
    { "an escaped member's name", [[{"\u004cong":1}]], { Long = 1 } },
    { "127 levels", '{"New":' .. ("["):rep(126) .. "true" .. ("]"):rep(126) .. "}", "no error" },
    { "10 MB of spaces around it", (" "):rep(5 * megabyte) .. "{}" .. ("\n"):rep(5 * megabyte), {} },
    { "a 10 MB string of zeros", '{"String":"' .. ("0"):rep(10 * megabyte) .. '"}', { String = ("0"):rep(10 * megabyte) } },
    { "a 10 MB escaped string", '{"String":"' .. ("\\u0030"):rep(megabyte) .. '"}', { String = ("0"):rep(megabyte) } },
    { "a number of a megabyte that is small", '{"Double":0.' .. ("0"):rep(megabyte) .. "1}", { Double = 0.0 } },
    { "a noncharacter", '{"String":"\xef\xbf\xbf"}', { String = "\u{FFFF}" } },
    { "DEL, which is no control character in JSON", '{"String":"\127"}', { String = "\127" } },
  } do
    it("with " .. case[1] .. " is read", function()
      local got = assert(everything:decode("TakeEverything", case[2]))
      if case[3] ~= "no error" then assert.is_true(require("luassert.util").deepcompare(case[3], got)) end
    end)
  end
end)
