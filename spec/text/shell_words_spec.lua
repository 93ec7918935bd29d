local files = require "spec.support.files"
local shell_words = require "rekognition.text.shell_words"

describe("a quoted word", function()
  for _, text in ipairs { "", "a", "a b", "it's", "'", "''", "$HOME `x` \"y\" \\z", "a\nb", "*?[]~#;&|<>" } do
    it("is the text itself for a shell, and here: " .. text:gsub("\n", "\\n"), function()
      local word = shell_words.quote(text)
      assert.equal(text .. ".", select(2, files.run("printf '%s.' " .. word)))
      assert.same({ text }, (shell_words.split(word)))
    end)
  end
end)
