#pragma once

// What a trace may find beside its replies, as JSON texts.
//
//   path MTU: {"mtu":1400,"limits":[[3,"192.0.2.1",1400],[5,null,1280]]}
//             each limit: TTL, address (null: nobody said so), MTU of the link behind it
//   graph:    {"confidence":95,"complete":true,
//              "interfaces":[[1,"192.0.2.1",[0,1]],[2,null,[0]]],   TTL, address, flows
//              "links":[[0,1,[0]]]}                                 places of its ends in `interfaces`, flows

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "model/measurement.hpp"

namespace cw::store {

std::string encode_path_mtu(const PathMtu& path_mtu);
std::string encode_graph(const PathGraph& graph);

// The texts may have been written by anybody: `invalid` when they are not what the encoders make.
Result<PathMtu> decode_path_mtu(std::string_view text);
Result<PathGraph> decode_graph(std::string_view text);

}  // namespace cw::store
