local ascii = require "rekognition.text.ascii"
local core = require "rekognition.core"
local redact = require "rekognition.text.redact"

-- Base64, as session tokens are: with every byte that some encoding escapes.
local TOKEN = "IQoJb3JpZ2luX2VjE+/abc&def=\"quoted\"=="

local function percent(text)
  return (text:gsub("[^A-Za-z0-9]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end

local ENCODINGS = {
  ["as it is"] = TOKEN,
  ["percent-encoded"] = percent(TOKEN),
  ["percent-encoded in lower case"] = percent(TOKEN):gsub("%%%x%x", string.lower),
  ["percent-encoded twice"] = percent(percent(TOKEN)),
  ["JSON with escaped slashes"] = TOKEN:gsub('[/"\\]', "\\%0"),
  ["JSON with unicode escapes"] = TOKEN:gsub("[^A-Za-z0-9]", function(byte) return ("\\u%04x"):format(byte:byte()) end),
  ["HTML"] = TOKEN:gsub("&", "&amp;"):gsub('"', "&quot;"),
  ["HTML by numbers"] = TOKEN:gsub("[^A-Za-z0-9]", function(byte) return ("&#%d;"):format(byte:byte()) end),
  ["JSON with \\x escapes"] = TOKEN:gsub("[^A-Za-z0-9]", function(byte) return ("\\x%02x"):format(byte:byte()) end),
  ["HTML by long numbers"] = TOKEN:gsub("[^A-Za-z0-9]", function(byte) return ("&#x%04X;"):format(byte:byte()) end),
  ["in lines"] = TOKEN:sub(1, 10) .. "\n" .. TOKEN:sub(11, 20) .. "\r\n  " .. TOKEN:sub(21),
  ["in lines, in JSON"] = TOKEN:sub(1, 10) .. "\\n" .. TOKEN:sub(11, 20) .. "\\r\\n\\t" .. TOKEN:sub(21):gsub('"', '\\"'),
  ["in UTF-16"] = TOKEN:gsub(".", "\0%0"):sub(2),
  ["in UTF-16, in JSON"] = TOKEN:gsub('"', '\\"'):gsub("%f[^\\].", "\\u0000%0"),
  ["with marks of no width"] = TOKEN:gsub("(....)", "%1\u{200b}"),
  ["HTML by names"] = TOKEN:gsub("[&\"+/=]", { ["&"] = "&amp;", ['"'] = "&quot;", ["+"] = "&plus;", ["/"] = "&sol;", ["="] = "&equals;" }),
  ["as a form is decoded"] = TOKEN:gsub("%+", " "),
  ["in hexadecimal digits"] = TOKEN:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end),
  ["in upper-case hexadecimal digits"] = TOKEN:gsub(".", function(byte) return ("%02X"):format(byte:byte()) end),
  ["with octal escapes"] = TOKEN:gsub("[^A-Za-z0-9]", function(byte) return ("\\%03o"):format(byte:byte()) end),
  ["with \\u{} escapes"] = TOKEN:gsub("[^A-Za-z0-9]", function(byte) return ("\\u{%x}"):format(byte:byte()) end),
  ["in lower case"] = ascii.lower(TOKEN),
  ["in upper case"] = ascii.upper(TOKEN),
  ["in lower case, percent-encoded"] = ascii.lower(percent(TOKEN)),
  ["percent-encoded, in JSON"] = percent(TOKEN):gsub("%%", "\\u0025"),
}

describe("redact", function()
  for name, encoded in pairs(ENCODINGS) do
    it("finds a secret " .. name, function()
      assert.equal("before [...] after", redact.secrets("before " .. encoded .. " after", { TOKEN }))
      assert.equal("[...][...]", redact.secrets(encoded .. encoded, { TOKEN }))
      assert.equal("x % \\u %4 &; [...]", redact.secrets("x % \\u %4 &; " .. encoded, { TOKEN }))
    end)
  end

  it("finds a secret in base64, wherever it stands in the text", function()
    for before = 0, 5 do
      for after = 0, 3 do
        local text = core.base64_encode(("x"):rep(before) .. TOKEN .. ("y"):rep(after))
        for _, shown in ipairs { text, (text:gsub("[+/]", { ["+"] = "-", ["/"] = "_" })), (text:gsub("(......)", "%1\r\n")) } do
          local found = redact.secrets("a " .. shown .. " b", { TOKEN }):gsub("[\r\n]", "")
          -- The neighbours' bytes, and at most three characters that the secret has a part in.
          assert.truthy(#found <= #"a [...] b" + (before * 4 + 2) // 3 + (after * 4 + 2) // 3 + 8, found)
          assert.truthy(found:find("[...]", 1, true))
        end
      end
    end
  end)

  it("finds a secret in base64 that stands percent-encoded in the text, as in a form's body", function()
    for before = 0, 2 do
      local shown = core.base64_encode(("x"):rep(before) .. "Token=" .. percent(TOKEN) .. "&a=b")
      local found = redact.secrets(shown, { TOKEN })
      assert.truthy(found:find("[...]", 1, true) and #found < 40, found)
    end
  end)

  it("finds parts of a secret, wherever they begin and end", function()
    local long = ("%s%s"):format(TOKEN, ("0123456789"):rep(20))
    for first = 1, #TOKEN - 14 do
      for last = first + 14, #TOKEN do
        assert.equal("<[...]>", redact.secrets("<" .. TOKEN:sub(first, last) .. ">", { TOKEN }))
      end
    end
    assert.equal('{"a":"[...]","b":"[...]"}', redact.secrets('{"a":"' .. TOKEN:sub(1, 18) .. '","b":"' .. TOKEN:sub(19) .. '"}', { TOKEN }))
    assert.equal("[...] and [...]", redact.secrets(percent(long:sub(1, 100)) .. " and " .. long:sub(101), { "other-secret", long }))
    assert.equal(TOKEN:sub(1, 14) .. " [...]", redact.secrets(TOKEN:sub(1, 14) .. " " .. TOKEN:sub(1, 15), { TOKEN }))
  end)

  it("leaves other texts as they are", function()
    for _, text in ipairs { "", "100 %", "a\\nb", "&amp;", TOKEN:sub(1, 14), TOKEN:sub(-14), ("x"):rep(5000) } do
      assert.equal(text, redact.secrets(text, { TOKEN }))
      assert.equal(text, redact.secrets(text, nil))
      assert.equal(text, redact.secrets(text, {}))
    end
    assert.equal("short", redact.secrets("short", { "short" }))
  end)

  it("reads decoded values through", function()
    assert.same({ a = "[...]", b = { "x", { "[...]" } }, n = 5 },
      redact.value({ a = TOKEN, b = { "x", { percent(TOKEN) } }, n = 5 }, { TOKEN }))
  end)

  it("reads the names of members through, and as deep as a body may be", function()
    assert.same({ ["[...]"] = 1, ["a [...]"] = { x = { ["[...]"] = "b" } } },
      redact.value({ [TOKEN] = 1, ["a " .. TOKEN] = { x = { [percent(TOKEN)] = "b" } } }, { TOKEN }))
    local depth = 120
    local value = redact.value(core.read_json(("["):rep(depth) .. ("%q"):format(TOKEN) .. ("]"):rep(depth)), { TOKEN })
    for _ = 1, depth do value = value[1] end
    assert.equal("[...]", value)
  end)

  it("takes what AWS quotes of a signature out, whoever's it is", function()
    assert.equal("x-amz-security-token:[...]\nhost", redact.signing("x-amz-security-token:AAA/b+c==\nhost"))
    assert.equal("Signature=[...], x", redact.signing("Signature=0af93c, x"))
  end)

  it("takes steps in proportion to the text", function()
    local function steps(value, secrets)
      local count = 0
      debug.sethook(function() count = count + 1 end, "", 100)
      redact.value(value, secrets or { TOKEN, ("a"):rep(200) })
      debug.sethook()
      return count
    end
    for _, piece in ipairs { "a", "%", "%61", "\\u0061", "&#97;", "x-amz-security-token: ", "Signature=", "& % \\", " " } do
      local one, eight = steps(piece:rep(2000)), steps(piece:rep(16000))
      assert.is_true(eight <= 10 * one + 100, ("%q: %d, %d"):format(piece, one, eight))
    end
    -- What holds the secret over and over, or is in many pieces, costs no more for a long secret.
    local long = {}
    for index = 1, 200 do long[index] = ("%08d"):format(index * 7919 % 99991) end
    long = table.concat(long)
    local plain, short_ones = steps(("x"):rep(64000), { long }), {}
    for _, text in ipairs { long:rep(40), long:sub(1, 40):rep(1600), (long:sub(1, 40) .. "x"):rep(1600) } do
      local count = steps(text, { long })
      assert.is_true(count <= plain + #text // 2, ("%d, %d"):format(plain, count))
    end
    for index = 1, 6000 do short_ones[index] = "a" .. index end
    local count = steps(short_ones, { long })
    assert.is_true(count <= 6000, ("%d"):format(count))
  end)
end)
