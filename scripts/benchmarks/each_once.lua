-- wrk … URL -- FILE: asks once with each token of the file, then says how long that took and ends.
local ffi = require("ffi")
ffi.cdef("typedef struct { long seconds, nanoseconds; } moment; int clock_gettime(int, moment *);")
local MONOTONIC = 1

-- wrk itself takes one request before it begins, and does not send it.
local requests, asked, answered, wrong, began = {}, -1, 0, 0, nil

local function now()
    local moment = ffi.new("moment")
    ffi.C.clock_gettime(MONOTONIC, moment)
    return tonumber(moment.seconds) + tonumber(moment.nanoseconds) / 1e9
end

function init(arguments)
    for token in io.lines(arguments[1]) do
        requests[#requests + 1] = wrk.format("GET", nil, { Host = wrk.host, Cookie = "__Host-access=" .. token })
    end
end

function request()
    asked = asked + 1
    if asked == 1 then began = now() end
    return requests[math.max(1, math.min(asked, #requests))]
end

function response(status)
    answered = answered + 1
    if status ~= 200 then wrong = wrong + 1 end
    if answered == #requests then
        io.write(string.format("answered %d wrong %d seconds %.6f\n", answered, wrong, now() - began))
        io.flush()
        os.exit(0)
    end
end
