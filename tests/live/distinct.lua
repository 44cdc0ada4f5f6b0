-- SPDX-License-Identifier: Apache-2.0
-- For wrk: every request has a path of its own. Arguments: a prefix, and milliseconds between the requests of a connection.
local number = 0
local prefix = ""

function init(arguments)
    prefix = arguments[1] or ""
    local pause = tonumber(arguments[2] or "0")
    if pause > 0 then
        delay = function() return pause end
    end
end

function request()
    number = number + 1
    return wrk.format("GET", "/n/" .. prefix .. "/" .. number)
end
