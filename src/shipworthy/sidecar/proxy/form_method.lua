-- PATHS: where a rule is for some methods alone, in small letters and without a slash at the end.
local REFUSAL = "no other method in a form"

local function is_guarded(path)
  path = path:match("^[^?]*"):lower():gsub(";[^/]*", "")
  for _, guarded in ipairs(PATHS) do
    if path == guarded or path:sub(1, #guarded + 1) == guarded .. "/" then return true end
  end
  return false
end

local function decoded(text)
  return (text:gsub("%%(%x%x)", function(code) return string.char(tonumber(code, 16)) end))
end

-- PHP takes a dot or a space for the underscore, drops spaces in front, and reads `_method[]` as well.
local function replaces(name)
  return decoded(name):gsub("^%s+", ""):lower():match("^[_. ]method$") or
    decoded(name):gsub("^%s+", ""):lower():match("^[_. ]method[%[%z]")
end

local function in_fields(body)
  for field in body:gmatch("[^&;]+") do
    if replaces((field:match("^[^=]*"):gsub("+", " "))) then return true end
  end
  return false
end

local function in_parts(body)
  -- A line that begins with a space goes on with the one before; a backslash hides nothing.
  body = body:gsub("\r?\n[ \t]+", " "):gsub("\\", "")
  for line in ("\n" .. body:lower()):gmatch("\n%s*content%-disposition:([^\n]*)") do
    for name in line:gmatch("name%*?%s*=%s*([^;\r]*)") do
      name = name:gsub("^[%w%-]*'[^']*'", ""):gsub('"', ""):gsub("%s+$", "")
      if replaces(name) then return true end
    end
  end
  return false
end

local function in_json(body)
  local plain = body:gsub("\\u00(%x%x)", function(code) return string.char(tonumber(code, 16)) end)
  return plain:lower():find('"_method"%s*:') ~= nil
end

function envoy_on_request(handle)
  local headers = handle:headers()
  if not is_guarded(headers:get(":path") or "/") then return end
  local kind = (headers:get("content-type") or ""):lower()
  local look = (kind:find("x-www-form-urlencoded", 1, true) and in_fields) or
    (kind:find("multipart/", 1, true) and in_parts) or (kind:find("json", 1, true) and in_json)
  if not look then return end
  local body = handle:body(true)
  local length = body:length()
  if length > 0 and look(body:getBytes(0, length)) then
    handle:respond({ [":status"] = "400", ["cache-control"] = "no-store" }, REFUSAL)
  end
end
