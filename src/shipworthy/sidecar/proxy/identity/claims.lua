-- SOURCES stands in front of this: where claims can stand, and the way to the role in each.
-- Tells the prototype who was verified, and keeps the cookies of a login from it. Whatever goes wrong here
-- leaves the headers out; who may pass is decided by the next filter, from the claims themselves.
local LONGEST = 1024 -- bytes of a header's value
local COOKIES = "__Host-shipworthy-"

-- What is not printable ASCII is percent-encoded, and `%` and `,` too: no claim can end a header or a list.
local function encoded(value)
  if type(value) == "number" or type(value) == "boolean" then value = tostring(value) end
  if type(value) ~= "string" then return nil end
  return (value:gsub("[^!-~]", function(c) return ("%%%02X"):format(c:byte()) end))
end

local function safe(value)
  if type(value) == "string" then
    value = value:gsub("[%%,]", function(c) return ("%%%02X"):format(c:byte()) end)
  end
  return encoded(value)
end

local function joined(value)
  if type(value) ~= "table" then return safe(value) end
  local found = {}
  for _, item in ipairs(value) do found[#found + 1] = safe(item) end
  return table.concat(found, ",")
end

local function at(claims, path)
  for _, key in ipairs(path) do
    if type(claims) ~= "table" then return nil end
    claims = claims[key]
  end
  return claims
end

local function tell(headers, name, value)
  if value and value ~= "" and #value <= LONGEST then headers:replace(name, value) end
end

local function hide_cookies(headers)
  local count = headers:getNumValues("cookie")
  if count == 0 then return end
  local kept, hidden = {}, false
  for i = 0, count - 1 do
    for cookie in headers:getAtIndex("cookie", i):gmatch("[^;]+") do
      cookie = cookie:match("^%s*(.-)%s*$")
      if cookie:sub(1, #COOKIES) == COOKIES then hidden = true else kept[#kept + 1] = cookie end
    end
  end
  if not hidden then return end
  headers:remove("cookie")
  if #kept > 0 then headers:add("cookie", table.concat(kept, "; ")) end
end

function envoy_on_request(handle)
  local headers = handle:headers()
  hide_cookies(headers)
  local verified = handle:streamInfo():dynamicMetadata():get("envoy.filters.http.jwt_authn")
  if not verified then return end
  for _, source in ipairs(SOURCES) do
    local claims = verified[source["name"]]
    if claims and type(claims["sub"]) == "string" then
      tell(headers, "x-user", safe(claims["sub"]))
      tell(headers, "x-user-issuer", safe(claims["iss"]))
      tell(headers, "x-user-role", joined(at(claims, source["role"])))
      -- An address that its owner never confirmed must not open the account of somebody else.
      if claims["email_verified"] ~= false then tell(headers, "x-user-email", safe(claims["email"])) end
      return
    end
  end
end
