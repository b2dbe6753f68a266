# Finds a libtorch with headers, 1.13 or later: the folder in the environment variable LIBTORCH (it holds include/ and lib/), else
# the one inside python3's torch, else the system's. Sets LIBTORCH_INCLUDE_DIRS, LIBTORCH_LIBRARIES, LIBTORCH_LIBRARY_DIR,
# LIBTORCH_CXX11_ABI and LIBTORCH_CXX_STANDARD.

set(LIBTORCH_ROOTS)
if(DEFINED ENV{LIBTORCH})
  if(NOT EXISTS "$ENV{LIBTORCH}/include/ATen/ATen.h")
    message(FATAL_ERROR
      "LIBTORCH is $ENV{LIBTORCH}, which has no include/ATen/ATen.h; name the folder that holds libtorch's include/ and lib/.")
  endif()
  set(LIBTORCH_ROOTS "$ENV{LIBTORCH}")
else()
  find_program(PYTHON3 python3)
  if(PYTHON3)
    execute_process(
      COMMAND ${PYTHON3} -c "import pathlib, torch; print(pathlib.Path(torch.__file__).parent)"
      OUTPUT_VARIABLE PYTHON_TORCH OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(PYTHON_TORCH AND EXISTS "${PYTHON_TORCH}/include/ATen/ATen.h")
      set(LIBTORCH_ROOTS "${PYTHON_TORCH}")
    endif()
  endif()
  list(APPEND LIBTORCH_ROOTS /usr /usr/local)
endif()

find_path(LIBTORCH_INCLUDE ATen/ATen.h PATHS ${LIBTORCH_ROOTS} PATH_SUFFIXES include NO_DEFAULT_PATH)
if(NOT LIBTORCH_INCLUDE)
  message(FATAL_ERROR
    "No libtorch with headers was found. Install libtorch-dev, or set LIBTORCH to a folder that holds libtorch's include/ and lib/.")
endif()

get_filename_component(LIBTORCH_ROOT "${LIBTORCH_INCLUDE}" DIRECTORY)
set(LIBTORCH_INCLUDE_DIRS "${LIBTORCH_INCLUDE}" "${LIBTORCH_INCLUDE}/torch/csrc/api/include")
set(LIBTORCH_LIBRARIES)
foreach(name torch torch_cpu c10)
  find_library(LIBTORCH_${name} ${name}
    PATHS "${LIBTORCH_ROOT}" PATH_SUFFIXES lib "lib/${CMAKE_LIBRARY_ARCHITECTURE}" lib64 NO_DEFAULT_PATH REQUIRED)
  list(APPEND LIBTORCH_LIBRARIES "${LIBTORCH_${name}}")
endforeach()
get_filename_component(LIBTORCH_LIBRARY_DIR "${LIBTORCH_c10}" DIRECTORY)

# Libraries for CUDA register themselves when they are loaded; nothing here refers to them, so the linker must be told to keep them.
foreach(name torch_cuda c10_cuda)
  if(EXISTS "${LIBTORCH_LIBRARY_DIR}/lib${name}.so")
    list(APPEND LIBTORCH_LIBRARIES "-Wl,--no-as-needed" "${LIBTORCH_LIBRARY_DIR}/lib${name}.so" "-Wl,--as-needed")
  endif()
endforeach()

find_file(LIBTORCH_VERSION_HEADER torch/version.h PATHS ${LIBTORCH_INCLUDE_DIRS} NO_DEFAULT_PATH)
if(NOT LIBTORCH_VERSION_HEADER)
  message(FATAL_ERROR "${LIBTORCH_INCLUDE} has no torch/version.h; libtorch's C++ headers are incomplete.")
endif()
file(READ "${LIBTORCH_VERSION_HEADER}" header)
# Newer releases keep the numbers in a header that this one includes.
if(EXISTS "${LIBTORCH_INCLUDE}/torch/headeronly/version.h")
  file(READ "${LIBTORCH_INCLUDE}/torch/headeronly/version.h" header)
endif()
string(REGEX MATCH "TORCH_VERSION_MAJOR ([0-9]+)" _ "${header}")
set(LIBTORCH_VERSION_MAJOR "${CMAKE_MATCH_1}")
string(REGEX MATCH "TORCH_VERSION_MINOR ([0-9]+)" _ "${header}")
set(LIBTORCH_VERSION "${LIBTORCH_VERSION_MAJOR}.${CMAKE_MATCH_1}")
if(LIBTORCH_VERSION VERSION_LESS 1.13)
  message(FATAL_ERROR "libtorch ${LIBTORCH_VERSION} at ${LIBTORCH_ROOT} is too old: 1.13 or later is needed. Set LIBTORCH to a newer one.")
endif()

# Wheels up to 2.6 were built with the old C++ string layout; the names that c10 exports tell.
file(STRINGS "${LIBTORCH_c10}" new_strings REGEX "_ZN3c10.*__cxx11" LIMIT_COUNT 1)
if(new_strings)
  set(LIBTORCH_CXX11_ABI 1)
else()
  set(LIBTORCH_CXX11_ABI 0)
endif()

if(LIBTORCH_VERSION VERSION_LESS 2.10)
  set(LIBTORCH_CXX_STANDARD 17)
else()
  set(LIBTORCH_CXX_STANDARD 20)
endif()

message(STATUS "libtorch ${LIBTORCH_VERSION} at ${LIBTORCH_ROOT}")
