--- `rekognition emulator`: described here for help and the man page. It is `rekognition-emulator` under another name,
-- which reads its own options.

return {
  summary = "Serve Custom Labels on this machine, for tests and for learning",
  description = "An emulator of Amazon Rekognition Custom Labels, on the loopback by default. "
    .. "`rekognition emulator --help` lists its options.",
  arguments = { { name = "arguments", value = "OPTION", args = "*", help = "See `rekognition emulator --help`." } },
  options = {},
  usage = { "[OPTION]..." },
  examples = { "rekognition emulator --port 4566 --train-seconds 2 --copy-seconds 2" },
  exit = "0 stopped by a signal, 1 could not serve, 2 used wrongly.",
}
