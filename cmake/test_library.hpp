// Precompiled into every test binary.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "standard_library.hpp"
