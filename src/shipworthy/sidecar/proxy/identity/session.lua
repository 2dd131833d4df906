-- What Envoy's login does not say: a session that lost its ID token begins anew, and a token that is too large
-- for a browser's cookie is named instead of sending people round in circles.
local PLACE = "shipworthy.session"
local LARGEST = 4096 -- bytes of a cookie that browsers keep, RFC 6265 section 6.1
local PREFIX = "__Host-shipworthy-"
local AGAIN = PREFIX .. "again" -- was sent back once already: never in circles
local LIFE = "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age="

-- Who brings a token needs no login; the next filter looks at it.
local function brings_token(headers)
  return (headers:get("authorization") or ""):sub(1, 7):lower() == "bearer "
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local closed = handle:filterContext():get("closed")
  if closed and not brings_token(headers) then
    handle:respond({ [":status"] = "503", ["retry-after"] = "30", ["cache-control"] = "no-store" }, closed)
  end
  local seen = handle:streamInfo():dynamicMetadata()
  local path = headers:get(":path") or "/"
  seen:set(PLACE, "callback", path:match("^[^?]*") == handle:filterContext():get("callback"))
  local reads = headers:get(":method") == "GET" and not headers:get("upgrade")
  local page = (headers:get("accept") or ""):find("text/html", 1, true) ~= nil
  local mode = headers:get("sec-fetch-mode")
  local cookies = headers:get("cookie") or ""
  local function has(name) return cookies:find(PREFIX .. name .. "=", 1, true) end
  local had = (has("signature") or has("refresh")) and not has("again")
  if reads and page and had and (not mode or mode == "navigate") then
    -- Never `//host`: browsers take that for another host.
    seen:set(PLACE, "again", "/" .. path:gsub("^[/\\]+", ""))
  end
end

local function end_session(headers)
  headers:remove("set-cookie") -- those of the refresh among them
  for _, name in ipairs({ "signature", "expires", "access", "identity", "refresh" }) do
    headers:add("set-cookie", PREFIX .. name .. "=" .. LIFE .. "0")
  end
end

local function largest_cookie(headers)
  local most = 0
  for i = 0, headers:getNumValues("set-cookie") - 1 do
    local cookie = headers:getAtIndex("set-cookie", i)
    local pair = cookie:match("^[^;]*") or ""
    if #pair > most then most = #pair end
  end
  return most
end

function envoy_on_response(handle)
  local seen = handle:streamInfo():dynamicMetadata():get(PLACE)
  if not seen then return end
  local headers = handle:headers()
  local status = headers:get(":status")
  local verified = handle:streamInfo():dynamicMetadata():get("envoy.filters.http.jwt_authn")
  if status == "401" and seen["again"] and not seen["callback"] and not (verified or {})["login"] then
    -- The provider gave no ID token when it refreshed the session, or a short-lived one: ask it once more.
    headers:replace(":status", "302")
    headers:replace("location", seen["again"])
    headers:replace("cache-control", "no-store")
    headers:remove("www-authenticate")
    end_session(headers)
    headers:add("set-cookie", AGAIN .. "=1" .. LIFE .. "60")
  elseif seen["callback"] and largest_cookie(headers) > LARGEST then
    local size = largest_cookie(headers)
    handle:logErr(("a token of the login has %d bytes; browsers keep %d"):format(size, LARGEST))
    end_session(headers)
    headers:remove("location")
    headers:replace(":status", "502")
    local told = "Your sign-in worked, but its token is too large for a cookie: %d bytes, and browsers keep %d.\n"
      .. "Ask for fewer scopes (login.scopes), or for fewer groups and claims in the ID token, at the provider.\n"
    handle:body(true):setBytes(told:format(size, LARGEST))
    headers:replace("content-type", "text/plain; charset=utf-8")
  end
end
