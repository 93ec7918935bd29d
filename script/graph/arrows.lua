--- The one table of what may require and include what. A room is a folder, or a file of its own; it may use what its
-- arrows lead to, over several of them too. Whatever is not here is refused. See docs/architecture.md.

local lua = {}

--- Rooms of modules whose room is not the second part of their name ("rekognition.call.native": call).
lua.rooms = {
  ["rekognition"] = "face",
  ["rekognition.module"] = "face",
  ["rekognition.custom_labels.policy"] = "policy",
}

lua.arrows = {
  bin = { "face", "cli", "emulator" },
  face = { "testing", "custom_labels", "timestamp" },
  cli = { "custom_labels", "emulator" },
  testing = { "client" },
  custom_labels = { "client", "services", "policy" },
  client = { "paginator", "waiter", "credentials", "config", "endpoint", "options" },
  waiter = { "paginator" },
  paginator = { "call", "options" },
  config = { "endpoint", "call" },
  credentials = { "services", "config" },
  services = { "call" },
  endpoint = { "call" },
  options = { "config", "call" },
  call = { "async", "sigv4" },
  async = { "retry", "http", "text", "error", "seams" },
  emulator = { "policy", "sigv4", "text", "generated" },
  policy = { "text", "error" },
  timestamp = { "text", "error" },
  sigv4 = { "error", "text" },
  retry = { "text", "error" },
  http = { "text", "error", "seams" },
  seams = { "text", "error" },
  text = { "error", "generated" },
  error = { "lazy" },
  lazy = { "core" },
  core = {},
  generated = {},
}

--- Where modules that are not ours may be required: by room, or by the module that does it.
lua.externals = {
  cjson = { "cli", "testing", "emulator" },
  lxp = { "rekognition.services.xml", "rekognition.module" },
  argparse = { "cli" },
  cqueues = { "async" },
  luv = { "async" },
  copas = { "async" },
  socket = { "async" },
  ["util.async"] = { "async" },
  ["util.promise"] = { "async" },
}

--- Where `lazy` may defer a require: the faces.
lua.may_defer = { "^rekognition%.module$", "^rekognition%.client$", "/init%.lua$" }

--- Files whose computed names need not be found: what they require comes from their caller.
lua.unreadable = { ["rekognition.lazy"] = true }

local c = {}

--- Rooms of files whose room is not their folder below csrc/.
c.rooms = {
  ["core/shape.h"] = "shape",
  ["core/slice.h"] = "shape",
  ["binding/module.c"] = "module", -- the one file that opens a service
  }

c.arrows = {
  module = { "binding", "services", "core" },
  binding = { "core", "startup" },
  services = { "shape" },
  core = { "shape" },
  startup = {},
  shape = {},
  emulator = {},
  test = { "binding", "services", "core" },
  fuzz = { "services", "core" },
}

--- Which files may include what is not ours: patterns of the header's name and of the files' paths.
c.externals = {
  ["^openssl/"] = { "^core/crypto", "^core/sha256%.c$", "^core/http_tls%.c$", "^test/test_sha256%.c$",
    "^test/everything/test_call_oom%.c$" },
  ["^curl/"] = { "^core/http", "^test/test_http_lost%.c$", "^test/everything/test_call_oom%.c$" },
  ["^dlfcn%.h$"] = { "^startup/", "^test/test_http_lost%.c$" },
  ["^microhttpd%.h$"] = { "^emulator/" },
  ["^lua%.h$"] = { "^binding/", "^startup/", "^emulator/", "^test/" },
  ["^lauxlib%.h$"] = { "^binding/", "^startup/", "^emulator/", "^test/" },
  ["^lualib%.h$"] = { "^test/" },
}

local limits = { function_lines = 40, file_lines = 400 }

--- What is known to break a rule and is still there: what the problems begin with. Nothing may be added.
local leftovers = {}

return { lua = lua, c = c, limits = limits, leftovers = leftovers }
